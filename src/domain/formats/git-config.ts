import { byteOrderMark, findLineEnd, findLineStart, findOwnLines } from '../text/lines.ts';
import { type Edit, insertion, replacement } from './edits.ts';
import { damagedText, type Leaf, type LeafReader, type Range, toLeafReader } from './leaf.ts';

/** A variable of git-config(1), "Syntax". */
export interface GitEntry {
  /** In lower case, with the subsection as it's spelled: `credential`, `credential.https://github.com`. '' before the first one. */
  readonly section: string;
  /** In lower case. */
  readonly name: string;
  /** `undefined` for a variable without `=`, which is true. */
  readonly value: string | undefined;
  /** Where its value is, without blanks and a comment behind it. */
  readonly valueRange: Range;
  /** Where its name starts. */
  readonly start: number;
  /** Before its line end. */
  readonly end: number;
}

/** A section's header. */
interface GitSection {
  readonly section: string;
  /** After its bracket. */
  readonly end: number;
}

export interface GitConfig {
  readonly entries: readonly GitEntry[];
  readonly sections: readonly GitSection[];
  /** Whether the last value continues on a line that is missing: an added line would be part of it. */
  readonly isOpen: boolean;
}

/** Scans a file as git's config.c does. What git rejects → `file-damaged`. */
export function parseGitConfig(text: string): GitConfig {
  const entries: GitEntry[] = [];
  const sections: GitSection[] = [];
  let [section, isOpen] = ['', false];
  let offset = text.startsWith(byteOrderMark) ? 1 : 0;
  while (offset < text.length) {
    const character = text.charAt(offset);
    if (/\s/.test(character)) offset += 1;
    else if (character === '#' || character === ';') offset = findEnd(text, offset);
    else if (character === '[') {
      const pattern = /\[([a-z0-9.-]+)(?:[ \t]+"([^"\\\n]*(?:\\[^\n][^"\\\n]*)*)")?\]/iy;
      pattern.lastIndex = offset;
      const header = pattern.exec(text);
      if (header === null) throw damagedText(text, offset, 'has an invalid section header');
      const [all, name = '', subsection] = header;
      section =
        subsection === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${subsection.replace(/\\(.)/g, '$1')}`;
      offset += all.length;
      sections.push({ section, end: offset });
    } else {
      const pattern = /[a-z][a-z0-9-]*/iy;
      pattern.lastIndex = offset;
      const [name] = pattern.exec(text) ?? [];
      if (name === undefined) throw damagedText(text, offset, 'has an invalid key');
      const { isContinued, ...parsed } = parseValue(text, offset + name.length);
      entries.push({ section, name: name.toLowerCase(), ...parsed, start: offset });
      offset = parsed.end;
      isOpen = isContinued;
    }
  }
  return { entries, sections, isOpen };
}

interface GitValue extends Pick<GitEntry, 'value' | 'valueRange' | 'end'> {
  /** Whether it continues on a line that is missing. */
  readonly isContinued: boolean;
}

function parseValue(text: string, from: number): GitValue {
  let offset = from;
  while (text[offset] === ' ' || text[offset] === '\t') offset += 1;
  const isEnd = (at: number) => at >= text.length || text[at] === '\n' || text.startsWith('\r\n', at);
  if (isEnd(offset)) {
    return { value: undefined, valueRange: { start: offset, end: offset }, end: offset, isContinued: false };
  }
  if (text[offset] !== '=') throw damagedText(text, offset, 'has an invalid key');
  offset += 1;
  while (text[offset] === ' ' || text[offset] === '\t') offset += 1;
  const start = offset;
  let [value, kept, writtenEnd, isQuoted, isContinued] = ['', 0, start, false, false];
  for (; !isEnd(offset); offset += 1) {
    const character = text.charAt(offset);
    if (!isQuoted && (character === '#' || character === ';')) {
      offset = findEnd(text, offset);
      break;
    }
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '\\') {
      const next = text.startsWith('\\\r\n', offset) ? '\r\n' : (text[offset + 1] ?? '');
      const meaning = escapes[next];
      if (meaning === undefined) throw damagedText(text, offset, 'has an invalid escape');
      value += meaning;
      offset += next.length;
      isContinued = meaning === '' && offset + 1 >= text.length;
    } else if (isQuoted || value !== '' || !/[ \t]/.test(character)) value += character;
    if (isQuoted || !/[ \t]/.test(character)) [kept, writtenEnd] = [value.length, offset + 1];
  }
  if (isQuoted) throw damagedText(text, offset, 'has a quotation mark without its pair');
  const end = Math.min(offset, text.length);
  const valueRange = { start, end: Math.min(writtenEnd, end) };
  return { value: value.slice(0, kept), valueRange, end, isContinued };
}

const escapes: Readonly<Record<string, string>> = {
  // Git reads the end of a file as the end of a line.
  '': '',
  '\n': '',
  '\r\n': '',
  '"': '"',
  '\\': '\\',
  n: '\n',
  t: '\t',
  b: '\b',
};

function findEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  if (feed < 0) return text.length;
  return text[feed - 1] === '\r' ? feed - 1 : feed;
}

/** Reads the values of variables. The path of one in a subsection is `[section, subsection, name]`. */
export const readGitConfig: LeafReader = toLeafReader((text) =>
  parseGitConfig(text).entries.flatMap((entry): readonly Leaf[] => {
    const { section, name, value, valueRange } = entry;
    if (value === undefined) return [];
    const [, first = '', subsection] = /^([^.]*)(?:\.(.*))?$/s.exec(section) ?? [];
    const sections = section === '' ? [] : subsection === undefined ? [first] : [first, subsection];
    const quote = /^"[^"\\]*"$/.test(text.slice(valueRange.start, valueRange.end)) ? 1 : 0;
    const range = { start: valueRange.start + quote, end: valueRange.end - quote };
    const line = findLine(text, entry);
    return [{ path: [...sections, name], value, range, ...(line && { entry: line }) }];
  }),
);

/** The line of an entry. `undefined`: its value continues on the next one, or its section's header is on it. */
function findLine(text: string, { start, end }: GitEntry): Range | undefined {
  return text.slice(start, end).includes('\n') ? undefined : findOwnLines(text, { start, end }, /[#;]/y);
}

function findNextLine(text: string, end: number): number {
  return text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length);
}

/** A value as a file has it, quoted if necessary. */
export function formatGitValue(value: string): string {
  if (!/["\\;#\n\t]|^ | $/.test(value)) return value;
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** Adds a line before an entry, indented as it is. */
export function addBeforeEntry(text: string, { start }: GitEntry, line: string): Edit {
  const lineStart = findLineStart(text, start);
  const indent = text.slice(lineStart, start);
  // The entry may be on the line of its header.
  if (/^[ \t]*$/.test(indent)) return insertion(start, `${line}${findLineEnd(text)}${indent}`);
  return insertion(start, `${findLineEnd(text)}\t${line}${findLineEnd(text)}\t`);
}

/** Adds a line as the first one of a section, before an entry in the line of its header. */
export function addToSection(text: string, { end }: GitSection, line: string): Edit {
  const lineEnd = findLineEnd(text);
  const next = findEnd(text, end);
  return /^[ \t]*([#;].*)?$/.test(text.slice(end, next))
    ? insertion(next, `${lineEnd}\t${line}`)
    : insertion(end, `${lineEnd}\t${line}${lineEnd}\t`);
}

/** Removes an entry, and its line if nothing else is on it. */
export function removeGitEntry(text: string, { start, end }: GitEntry): Edit {
  const lineStart = findLineStart(text, start);
  const isAlone = /^[ \t]*$/.test(text.slice(lineStart, start));
  return replacement(text, isAlone ? { start: lineStart, end: findNextLine(text, end) } : { start, end });
}
