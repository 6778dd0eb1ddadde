import { type Edit, insertion } from '../../formats/edits.ts';
import { damagedText } from '../../formats/leaf.ts';
import { byteOrderMark, findLineEnd } from '../../text/lines.ts';

/** A variable of git-config(1), "Syntax". */
export interface GitEntry {
  /** In lower case, with the subsection as it's spelled: `credential`, `credential.https://github.com`. '' before the first one. */
  readonly section: string;
  /** In lower case. */
  readonly name: string;
  /** `undefined` for a variable without `=`, which is true. */
  readonly value: string | undefined;
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
}

/** Scans a file as git's config.c does. What git rejects → `file-damaged`. */
export function parseGitConfig(text: string): GitConfig {
  const entries: GitEntry[] = [];
  const sections: GitSection[] = [];
  let section = '';
  let offset = text.startsWith(byteOrderMark) ? 1 : 0;
  while (offset < text.length) {
    const character = text.charAt(offset);
    if (/\s/.test(character)) offset += 1;
    else if (character === '#' || character === ';') offset = findEnd(text, offset);
    else if (character === '[') {
      const header = /^\[([a-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]/i.exec(text.slice(offset, offset + 4096));
      if (header === null) throw damagedText(text, offset, 'has an invalid section header');
      const [all, name = '', subsection] = header;
      section =
        subsection === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${subsection.replace(/\\(.)/g, '$1')}`;
      offset += all.length;
      sections.push({ section, end: offset });
    } else {
      const [name] = /^[a-z][a-z0-9-]*/i.exec(text.slice(offset, offset + 1024)) ?? [];
      if (name === undefined) throw damagedText(text, offset, 'has an invalid key');
      const { value, end } = parseValue(text, offset + name.length);
      entries.push({ section, name: name.toLowerCase(), value, start: offset, end });
      offset = end;
    }
  }
  return { entries, sections };
}

function parseValue(text: string, from: number): { readonly value: string | undefined; readonly end: number } {
  let offset = from;
  while (text[offset] === ' ' || text[offset] === '\t') offset += 1;
  const isEnd = (at: number) => at >= text.length || text[at] === '\n' || text.startsWith('\r\n', at);
  if (isEnd(offset)) return { value: undefined, end: offset };
  if (text[offset] !== '=') throw damagedText(text, offset, 'has an invalid key');
  let [value, kept, isQuoted] = ['', 0, false];
  for (offset += 1; !isEnd(offset); offset += 1) {
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
      // A line that is added would be part of the value.
      if (meaning === '' && offset + 1 >= text.length)
        throw damagedText(text, offset, 'continues on a line that is missing');
    } else if (isQuoted || value !== '' || !/[ \t]/.test(character)) value += character;
    if (isQuoted || !/[ \t]/.test(character)) kept = value.length;
  }
  if (isQuoted) throw damagedText(text, offset, 'has a quotation mark without its pair');
  return { value: value.slice(0, kept), end: offset };
}

const escapes: Readonly<Record<string, string>> = {
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

/** A value as a file has it, quoted if necessary. */
export function formatGitValue(value: string): string {
  if (!/["\\;#\n\t]|^ | $/.test(value)) return value;
  const escaped = value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** Adds a line before an entry, indented as it is. */
export function addBeforeEntry(text: string, { start }: GitEntry, line: string): Edit {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
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
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const isAlone = /^[ \t]*$/.test(text.slice(lineStart, start));
  const from = isAlone ? lineStart : start;
  const feed = text.startsWith('\r\n', end) ? end + 2 : text[end] === '\n' ? end + 1 : end;
  const to = isAlone ? feed : end;
  return { offset: from, removed: text.slice(from, to), inserted: '' };
}
