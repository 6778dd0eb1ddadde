import { byteOrderMark, findLineEnd, findLineStart } from '../text/lines.ts';
import type { Range } from './leaf.ts';

/** Replaces `removed`, which is at `offset` of the text before all edits, by `inserted`. In UTF-16 code units. */
export interface Edit {
  readonly offset: number;
  readonly removed: string;
  readonly inserted: string;
}

/** Applies edits. Those at one offset are applied in the order of the list; what several of them remove is removed once. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let [result, end] = ['', 0];
  for (const { offset, removed, inserted } of sortEdits(edits)) {
    result += text.slice(end, Math.max(offset, end)) + inserted;
    end = Math.max(offset + removed.length, end);
  }
  return result + text.slice(end);
}

/**
 * Reverts edits in a text that may have been edited since. Every insertion must be in its place, or be moved by as much as
 * the one before it, or be the only one of its kind. Otherwise → `undefined`.
 */
export function revertEdits(text: string, edits: readonly Edit[]): string | undefined {
  const reverts: Edit[] = [];
  let [grown, moved, start] = [0, 0, 0];
  for (const { offset, removed, inserted } of sortEdits(edits)) {
    const expected = offset + grown + moved;
    const found = findInsertion(text, inserted, expected, start);
    if (found === undefined) return undefined;
    moved += found - expected;
    grown += inserted.length - removed.length;
    start = found + inserted.length;
    reverts.push({ offset: found, removed: inserted, inserted: removed });
  }
  return applyEdits(text, reverts);
}

function findInsertion(text: string, inserted: string, expected: number, start: number): number | undefined {
  if (expected >= start && text.startsWith(inserted, expected)) return expected;
  // An empty one is never the only one.
  const first = text.indexOf(inserted, start);
  return first >= 0 && text.indexOf(inserted, first + 1) < 0 ? first : undefined;
}

export function sortEdits(edits: readonly Edit[]): readonly Edit[] {
  return edits.toSorted((a, b) => a.offset - b.offset);
}

export function insertion(offset: number, inserted: string): Edit {
  return { offset, removed: '', inserted };
}

/** Replaces a part of a text; by default, removes it. */
export function replacement(text: string, { start, end }: Range, inserted = ''): Edit {
  return { offset: start, removed: text.slice(start, end), inserted };
}

/** Appends lines at the end of a text. If the last line has no line end, the new last line has none either. */
export function appendLines(text: string, lines: readonly string[]): Edit {
  const end = findLineEnd(text);
  const isOpen = text !== '' && text !== byteOrderMark && !text.endsWith('\n');
  const block = lines.join(end);
  return insertion(text.length, isOpen ? end + block : block + end);
}

/** Starts a line that was turned off because another one takes its place. */
export const disabledPrefix = '# turned off by keystow setup: ';

/** Turns whole lines into comments. */
export function disableLines(text: string, start: number, end: number): readonly Edit[] {
  const lineStart = findLineStart(text, start);
  return [insertion(lineStart, disabledPrefix), ...disableFurtherLines(text, start, end)];
}

/** Turns the lines behind the first one into comments. */
export function disableFurtherLines(text: string, start: number, end: number): readonly Edit[] {
  const edits: Edit[] = [];
  for (let feed = text.indexOf('\n', start); feed >= 0 && feed < end; feed = text.indexOf('\n', feed + 1)) {
    edits.push(insertion(feed + 1, disabledPrefix));
  }
  return edits;
}

/** Removes the lines that a part of a text is on. */
export function removeLines(text: string, start: number, end: number): Edit {
  const from = findLineStart(text, start);
  const feed = text.indexOf('\n', end);
  const to = feed < 0 ? text.length : feed + 1;
  return replacement(text, { start: from, end: to });
}
