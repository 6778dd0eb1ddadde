import { type CredentialName, compareNames } from '../credential-name.ts';
import type { FileRecord } from '../envelope/file-record.ts';
import { parseJson } from '../text/encodings.ts';
import {
  formatBeginning,
  formatEntry,
  formatHead,
  formatTail,
  isIntact,
  parseEntry,
  parseHead,
  trimComma,
} from './placement-codec.ts';
import type { PlacementEntry } from './placement-index.ts';

/**
 * A placement file in which one credential's entry is replaced by its text, without parsing the others. Its checksum proves
 * that they are as keystow wrote them.
 */
export class PlacementLines {
  /** The credential's entry; `undefined` if it has none. */
  readonly entry: PlacementEntry | undefined;
  readonly file: FileRecord | undefined;
  /** The lines of the entries, each with its line break before it. */
  readonly #lines: string;
  /** The place of the credential's line in `#lines`, with its line break; empty if it has no line. */
  readonly #line: Span;

  private constructor(lines: string, line: Span, entry: PlacementEntry | undefined, file: FileRecord | undefined) {
    this.#lines = lines;
    this.#line = line;
    this.entry = entry;
    this.file = file;
  }

  /** Returns `undefined` for any text but what keystow writes: all of it has to be parsed. */
  static parse(text: string, name: CredentialName): PlacementLines | undefined {
    const head = parseHead(text);
    if (head === undefined || !isIntact(text)) return undefined;
    const { lines, file } = head;
    const start = lines.indexOf(formatBeginning(name));
    if (start < 0) {
      const position = findPosition(lines, name);
      return position === undefined
        ? undefined
        : new PlacementLines(lines, { start: position, end: position }, undefined, file);
    }
    const line = { start, end: findEnd(lines, start) };
    const entry = parseEntry(parseLine(lines, line));
    return entry && new PlacementLines(lines, line, entry, file);
  }

  /** Returns the text with another entry of the credential, or none, and another record of the encrypted file. */
  replace(entry: PlacementEntry | undefined, file: FileRecord | undefined): string {
    const before = trimComma(this.#lines.slice(0, this.#line.start));
    const after = trimComma(this.#lines.slice(this.#line.end));
    const lines = [before, entry ? `\n${formatEntry(entry)}` : '', after].filter((part) => part !== '');
    const text = `${formatHead(file)}${lines.join(',')}`;
    return `${text}${formatTail(text)}`;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function findEnd(lines: string, start: number): number {
  const end = lines.indexOf('\n', start + 1);
  return end === -1 ? lines.length : end;
}

function parseLine(lines: string, { start, end }: Span): unknown {
  return parseJson(trimComma(lines.slice(start, end)));
}

/** Where the line of an absent credential belongs, by binary search. */
function findPosition(lines: string, name: CredentialName): number | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const start = lines.lastIndexOf('\n', Math.floor((low + high) / 2));
    const end = findEnd(lines, start);
    const entry = parseEntry(parseLine(lines, { start, end }));
    if (entry === undefined) return undefined;
    // Stryker disable next-line EqualityOperator: no entry has the same name
    if (compareNames(entry, name) < 0) low = end;
    else high = start;
  }
  return low;
}
