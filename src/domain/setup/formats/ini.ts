import { disabledPrefix, type Edit, insertion } from '../../formats/edits.ts';
import { damagedText } from '../../formats/leaf.ts';
import { byteOrderMark, findLineEnd, splitLines } from '../../text/lines.ts';

/** How a program reads its sections, keys and values. */
export interface IniDialect {
  /** Python's configparser: keys need a section, ignore case, and end at `=` or `:`; an indented line continues a value. */
  readonly isPython: boolean;
  /** Whether ` ;` starts a comment behind a value. */
  readonly hasInlineComments?: boolean;
}

export const pythonIni: IniDialect = { isPython: true };

export interface IniEntry {
  /** '' before the first section. */
  readonly section: string;
  readonly key: string;
  /** The first line of the value, trimmed. */
  readonly value: string;
  /** Where its line starts. */
  readonly start: number;
  readonly indent: string;
  /** After the value in its first line. */
  readonly valueEnd: number;
  readonly valueStart: number;
  /** Where each of its lines starts. */
  readonly lineStarts: readonly number[];
  /** Before the end of its last line. */
  readonly end: number;
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
export function parseIni(text: string, { isPython, hasInlineComments = false }: IniDialect): Ini {
  if (isPython && text.startsWith(byteOrderMark)) throw damagedText(text, 0, 'starts with a byte order mark');
  const entries: IniEntry[] = [];
  const sections: IniSection[] = [];
  let [section, level, last] = ['', 0, undefined as IniEntry | undefined];
  for (const { start, end, text: line } of splitLines(text)) {
    const trimmed = line.trim();
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue;
    const indent = line.slice(0, line.length - line.trimStart().length);
    if (isPython && last !== undefined && indent.length > level) {
      last = { ...last, lineStarts: [...last.lineStarts, start], end };
      entries[entries.length - 1] = last;
      continue;
    }
    level = indent.length;
    const [, name] = (isPython ? /^\[(.+)\]/ : /^\[([^\]]*)\]\s*$/).exec(trimmed) ?? [];
    if (name !== undefined) {
      if (isPython && sections.some((other) => other.name === name)) {
        throw damagedText(text, start, 'repeats a section');
      }
      [section, last] = [name, undefined];
      sections.push({ name, start, end });
      continue;
    }
    if (isPython && sections.length === 0) throw damagedText(text, start, 'comes before the first section');
    last = parseEntry(line, { section, start, end, indent, isPython, hasInlineComments });
    if (last === undefined) {
      if (isPython) throw damagedText(text, start, 'has no "="');
      continue;
    }
    const { key } = last;
    if (isPython && entries.some((other) => other.section === section && other.key === key)) {
      throw damagedText(text, start, 'repeats a key');
    }
    entries.push(last);
  }
  return { entries, sections };
}

interface LineContext {
  readonly section: string;
  readonly start: number;
  readonly end: number;
  readonly indent: string;
  readonly isPython: boolean;
  readonly hasInlineComments: boolean;
}

function parseEntry(line: string, context: LineContext): IniEntry | undefined {
  const { section, start, end, indent, isPython, hasInlineComments } = context;
  const separator = isPython ? line.search(/[=:]/) : line.indexOf('=');
  const name = line.slice(0, Math.max(separator, 0)).trim();
  if (name === '') return undefined;
  const behind = line.slice(separator + 1);
  const from = line.length - behind.trimStart().length;
  const rest = line.slice(from);
  const value = (hasInlineComments ? rest.replace(/(?<![^\s]);.*$/, '') : rest).trimEnd();
  const valueStart = start + from;
  const key = isPython ? name.toLowerCase() : name;
  return {
    section,
    key,
    value,
    start,
    indent,
    valueStart,
    valueEnd: valueStart + value.length,
    lineStarts: [start],
    end,
  };
}

export function findIniEntries({ entries }: Ini, section: string, key: string): readonly IniEntry[] {
  return entries.filter((entry) => entry.section === section && entry.key === key);
}

/** Adds a line to a section, behind its last key. Adds the section at the end if it's missing. */
export function addIniLine(text: string, { entries, sections }: Ini, section: string, line: string): Edit {
  const lineEnd = findLineEnd(text);
  const last = entries.findLast((entry) => entry.section === section);
  if (last !== undefined) return insertion(last.end, `${lineEnd}${last.indent}${line}`);
  const header = sections.find(({ name }) => name === section);
  if (header !== undefined) return insertion(header.end, `${lineEnd}${line}`);
  const [first] = sections;
  // Keys outside of sections come first.
  if (section === '' && first !== undefined) return insertion(first.start, `${line}${lineEnd}`);
  return appendBlock(text, section === '' ? [line] : [`[${section}]`, line]);
}

function appendBlock(text: string, lines: readonly string[]): Edit {
  const end = findLineEnd(text);
  const isOpen = text !== '' && text !== byteOrderMark && !text.endsWith('\n');
  const gap = lines.length > 1 && text.trim() !== '' && text !== byteOrderMark ? end : '';
  return insertion(text.length, isOpen ? end + gap + lines.join(end) : gap + lines.join(end) + end);
}

/** Puts a line in the place of entries, which become comments. */
export function replaceIniEntries(text: string, entries: readonly IniEntry[], line: string): readonly Edit[] {
  return entries.flatMap(({ indent, lineStarts }, index) =>
    lineStarts.map((start, at) => {
      const isFirst = index === 0 && at === 0;
      return insertion(start, isFirst ? `${indent}${line}${findLineEnd(text)}${disabledPrefix}` : disabledPrefix);
    }),
  );
}

/** Removes the lines of entries. */
export function removeIniEntries(text: string, entries: readonly IniEntry[]): readonly Edit[] {
  return entries.map(({ start, end }) => {
    const next = text.startsWith('\r\n', end) ? end + 2 : Math.min(end + 1, text.length);
    return { offset: start, removed: text.slice(start, next), inserted: '' };
  });
}
