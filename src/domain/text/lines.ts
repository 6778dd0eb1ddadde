export const byteOrderMark = '\uFEFF';

/** A line and its place in a text, in UTF-16 code units. */
export interface TextLine {
  readonly start: number;
  /** Before its line end. */
  readonly end: number;
  /** Where the next line starts. */
  readonly next: number;
  readonly text: string;
}

/** The lines of a text, without a byte order mark. Each ends at LF or CR LF. */
export function splitLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let start = text.startsWith(byteOrderMark) ? 1 : 0;
  while (start < text.length) {
    const feed = text.indexOf('\n', start);
    const next = feed < 0 ? text.length : feed + 1;
    const end = feed < 0 ? text.length : feed > start && text[feed - 1] === '\r' ? feed - 1 : feed;
    lines.push({ start, end, next, text: text.slice(start, end) });
    start = next;
  }
  return lines;
}

/** The lines that a part of a text is on. `undefined`: something else than blanks, and a comment behind it, is on them too. */
export function findOwnLines(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  comment: RegExp,
): { readonly start: number; readonly end: number } | undefined {
  let [from, to] = [start, end];
  while (from > 0 && /[ \t]/.test(text.charAt(from - 1))) from -= 1;
  if (from > 0 && text[from - 1] !== '\n') return undefined;
  while (/[ \t\r]/.test(text.charAt(to))) to += 1;
  comment.lastIndex = to;
  if (to < text.length && text[to] !== '\n' && !comment.test(text)) return undefined;
  const feed = text.indexOf('\n', to);
  return { start: from, end: feed < 0 ? text.length : feed + 1 };
}

/** Where the line that an offset is in starts. A line feed belongs to the line that it ends. */
export function findLineStart(text: string, offset: number): number {
  return text.slice(0, offset).lastIndexOf('\n') + 1;
}

/** The number of the line that an offset is in, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < offset; index = text.indexOf('\n', index + 1)) line += 1;
  return line;
}

/** What a text that another line is added to ends its lines with: as the first line does, or LF. */
export function findLineEnd(text: string): '\n' | '\r\n' {
  const index = text.indexOf('\n');
  return index > 0 && text[index - 1] === '\r' ? '\r\n' : '\n';
}
