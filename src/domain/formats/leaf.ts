import { CredentialError } from '../credential-error.ts';
import { lineAt } from '../text/lines.ts';

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

/** A text that isn't in its format: `file-damaged`. */
export class DamagedText extends CredentialError {
  /** From 1. */
  readonly line: number;

  constructor(message: string, line: number) {
    super('file-damaged', message);
    this.line = line;
  }
}

/** `why` completes "line 3 …". It repeats nothing of the text, which may contain secrets. */
export function damagedText(text: string, offset: number, why: string): DamagedText {
  const line = lineAt(text, offset);
  return new DamagedText(`line ${line} ${why}`, line);
}

/** Makes a {@link LeafReader} of a function that throws {@link DamagedText}. */
export function toLeafReader(read: (text: string) => readonly Leaf[]): LeafReader {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof DamagedText) return { line: error.line };
      throw error;
    }
  };
}
