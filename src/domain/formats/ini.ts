import { byteOrderMark, findLineEnd, splitLines, type TextLine } from '../text/lines.ts';
import { appendLines, disabledPrefix, type Edit, insertion, replacement } from './edits.ts';
import { damagedText, type Leaf, type LeafReader, type Range, toLeafReader } from './leaf.ts';

/** How a program reads its sections, keys and values. */
export interface IniDialect {
  /** Python's configparser: keys need a section, ignore case, and end at `=` or `:`; an indented line continues a value. */
  readonly isPython: boolean;
  /** Whether ` ;` starts a comment behind a value. */
  readonly hasInlineComments?: boolean;
  /** What starts a line that is a comment. */
  readonly comment: RegExp;
  /** A section's line, without the blanks around it. */
  readonly header: RegExp;
}

/** As the AWS CLI, pip and twine use it. Quotation marks are part of a value. */
export const pythonIni: IniDialect = { isPython: true, comment: /^[#;]/, header: /^\[(.+)\]/ };
/** npm's `ini` and the file of `go env -w`. Keys contain colons: `//registry.npmjs.org/:_authToken`. */
export const looseIni: IniDialect = { isPython: false, comment: /^[#;]/, header: /^\[([^\]]*)\]$/ };
/** MySQL's option files, with lines such as `!includedir /etc/mysql/conf.d`. */
const optionFile: IniDialect = { isPython: false, comment: /^[#;!]/, header: /^\[([^\]]*)\]/ };

export interface IniEntry {
  /** `undefined` before the first one. */
  readonly section: string | undefined;
  readonly key: string;
  /** The first line of the value, trimmed. */
  readonly value: string;
  /** Where its line starts. */
  readonly start: number;
  readonly indent: string;
  readonly valueStart: number;
  /** After the value in its first line. */
  readonly valueEnd: number;
  /** Those that continue the value. */
  readonly further: readonly TextLine[];
  /** Before the end of its last line. */
  readonly end: number;
  /** Where the line after that starts. */
  readonly next: number;
}

export interface IniSection {
  readonly name: string;
  readonly start: number;
  /** Before the end of its line. */
  readonly end: number;
}

export interface Ini {
  readonly entries: readonly IniEntry[];
  readonly sections: readonly IniSection[];
}

/** What the program would reject → `file-damaged`. */
export function parseIni(text: string, dialect: IniDialect): Ini {
  return scanIni(text, dialect, { allowsRepeats: !dialect.isPython });
}

function scanIni(text: string, dialect: IniDialect, { allowsRepeats } = { allowsRepeats: true }): Ini {
  const { isPython, comment, header } = dialect;
  const known = new Set<string>();
  const reject = (name: string, start: number, why: string) => {
    if (!allowsRepeats && known.has(name)) throw damagedText(text, start, why);
    known.add(name);
  };
  if (isPython && text.startsWith(byteOrderMark)) throw damagedText(text, 0, 'starts with a byte order mark');
  const entries: IniEntry[] = [];
  const sections: IniSection[] = [];
  let [level, further] = [0, undefined as TextLine[] | undefined];
  for (const line of splitLines(text)) {
    const trimmed = line.text.trim();
    if (trimmed === '' || comment.test(trimmed)) continue;
    const { start, end, next } = line;
    const indent = line.text.slice(0, line.text.length - line.text.trimStart().length);
    const last = entries.at(-1);
    if (isPython && further !== undefined && last !== undefined && indent.length > level) {
      further.push(line);
      entries[entries.length - 1] = { ...last, end, next };
      continue;
    }
    level = indent.length;
    const [, name] = header.exec(trimmed) ?? [];
    if (name !== undefined) {
      further = undefined;
      reject(name, start, 'repeats a section');
      sections.push({ name: isPython ? name : name.trim(), start, end });
      continue;
    }
    if (isPython && sections.length === 0) throw damagedText(text, start, 'comes before the first section');
    further = [];
    const entry = parseEntry(line, dialect);
    const section = sections.at(-1)?.name;
    if (entry !== undefined) {
      reject(`${section}\n${entry.key}`, start, 'repeats a key');
      entries.push({ ...entry, section, indent, further });
    } else if (isPython) throw damagedText(text, start, 'has no "="');
  }
  return { entries, sections };
}

function parseEntry(
  { text: line, start, end, next }: TextLine,
  { isPython, hasInlineComments = false }: IniDialect,
): Omit<IniEntry, 'section' | 'indent' | 'further'> | undefined {
  const separator = isPython ? line.search(/[=:]/) : line.indexOf('=');
  const name = line.slice(0, Math.max(separator, 0)).trim();
  if (name === '') return undefined;
  const behind = line.slice(separator + 1);
  const from = line.length - behind.trimStart().length;
  const rest = line.slice(from);
  const value = (hasInlineComments ? rest.replace(/(?<![^\s]);.*$/, '') : rest).trimEnd();
  const valueStart = start + from;
  const key = isPython ? name.toLowerCase() : name;
  return { key, value, start, valueStart, valueEnd: valueStart + value.length, end, next };
}

/** Reads what Python's configparser does. Of a key that is repeated, every value is returned: programs differ in this. */
export const readIni: LeafReader = toLeafReader((text) => listLeaves(text, scanIni(text, pythonIni)));

/** Reads npm's `ini`. */
export const readNpmrc: LeafReader = toLeafReader((text) => listLeaves(text, scanIni(text, looseIni), /^(["']).*\1$/));

/** Reads MySQL's option files. */
export const readOptionFile: LeafReader = toLeafReader((text) =>
  listLeaves(text, scanIni(text, optionFile), /^(["']).*\1$/),
);

/** `quoted`: a value whose quotation marks aren't part of it. A key whose value continues can't be removed alone. */
function listLeaves(text: string, { entries }: Ini, quoted?: RegExp): readonly Leaf[] {
  return entries.flatMap(({ section, key, valueStart, valueEnd, start, next, further }) => {
    const path = section === undefined ? [key] : [section, key];
    const toLeaf = (range: Range): Leaf => ({ path, value: text.slice(range.start, range.end), range });
    const written = toLeaf({ start: valueStart, end: valueEnd });
    const quote = quoted?.test(written.value) ? 1 : 0;
    const first = toLeaf({ start: valueStart + quote, end: valueEnd - quote });
    if (further.length === 0) return { ...first, entry: { start, end: next } };
    return [first, ...further.map((line) => toLeaf(trimRange(line)))];
  });
}

function trimRange({ start, end, text }: TextLine): Range {
  return { start: start + text.length - text.trimStart().length, end: end - text.length + text.trimEnd().length };
}

export function findIniEntries({ entries }: Ini, section: string | undefined, key: string): readonly IniEntry[] {
  return entries.filter((entry) => entry.section === section && entry.key === key);
}

/** Adds a line to a section (`undefined`: before the first one), behind its last key. Adds the section at the end if it's missing. */
export function addIniLine(text: string, { entries, sections }: Ini, section: string | undefined, line: string): Edit {
  const lineEnd = findLineEnd(text);
  const last = entries.findLast((entry) => entry.section === section);
  if (last !== undefined) return insertion(last.end, `${lineEnd}${last.indent}${line}`);
  const header = sections.find(({ name }) => name === section);
  if (header !== undefined) return insertion(header.end, `${lineEnd}${line}`);
  const [first] = sections;
  // Keys outside of sections come first.
  if (section === undefined && first !== undefined) return insertion(first.start, `${line}${lineEnd}`);
  if (section === undefined) return appendLines(text, [line]);
  return appendLines(text, [...(text.trim() === '' ? [] : ['']), `[${section}]`, line]);
}

/** Puts a line in the place of entries, which become comments. */
export function replaceIniEntries(text: string, entries: readonly IniEntry[], line: string): readonly Edit[] {
  const end = findLineEnd(text);
  return entries.flatMap(({ start, indent, further }, index) => [
    insertion(start, index === 0 ? `${indent}${line}${end}${disabledPrefix}` : disabledPrefix),
    ...further.map(({ start }) => insertion(start, disabledPrefix)),
  ]);
}

/** Removes the lines of entries. */
export function removeIniEntries(text: string, entries: readonly IniEntry[]): readonly Edit[] {
  return entries.map(({ start, next }) => replacement(text, { start, end: next }));
}
