/** Part of a text: from `start` up to, but not including, `end`. In UTF-16 code units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A value in a configuration file, and where it is. */
export interface Leaf {
  /** The keys that lead to it, outermost first. Items of a list have their name or their index as key. */
  readonly path: readonly string[];
  /** The value that a program reads. */
  readonly value: string;
  /** The value as it's written, without quotation marks. */
  readonly range: Range;
  /** What to remove so that the key is gone too and the file stays valid. Absent: it can't be removed alone. */
  readonly entry?: Range;
  /** The same for the section, block or object that it's in, if that has a key of its own. */
  readonly owner?: Range;
}

/** The file isn't in its format, or uses a part of it that isn't supported. `line` counts from 1. */
export interface FormatFault {
  readonly line: number;
}

/** Reads every text value of a file in one format. Never throws. */
export type LeafReader = (text: string) => readonly Leaf[] | FormatFault;

export function isFault(result: readonly Leaf[] | FormatFault): result is FormatFault {
  return 'line' in result;
}

/** Replaces a part of a text. */
export interface Edit extends Range {
  /** Default: nothing, so the part is removed. */
  readonly text?: string;
}

/** Applies edits in any order. Ranges that overlap are merged, so each part is removed once. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let position = 0;
  for (const { start, end, text: inserted = '' } of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(position, Math.max(start, position)) + inserted;
    position = Math.max(position, end);
  }
  return result + text.slice(position);
}
