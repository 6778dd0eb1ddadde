import { isUtf8 } from 'node:buffer';
import { type CredentialName, compareNames, isValidName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { computeBase64Length, parseJson } from '../../domain/text/encodings.ts';

/** The most credentials that a file can have. */
export const maxCredentials = 100_000;

const head = /^\{"counter":([1-9]\d{0,15}),"credentials":\[$/;
/** Longer than any valid first line. */
const maxHeadLength = 64;
const tail = '\n]}';
const newline = 0x0a;

/** Throws the error of a damaged file. */
type Fail = () => never;

/**
 * All credentials of a file, as the bytes of docs/envelope.md: JSON with one credential per line, sorted. A credential is
 * found by its text, so reading or changing one of ten thousand doesn't parse the others.
 */
export class Payload {
  /** How often the file was written. 0: by version 1, which didn't count. */
  readonly counter: number;
  readonly #fail: Fail;
  /** The bytes are joined when they're next read, so one change copies nothing. */
  #parts: readonly Buffer[];

  private constructor(bytes: Buffer, counter: number, fail: Fail) {
    this.#parts = [bytes];
    this.#fail = fail;
    this.counter = counter;
  }

  static create(fail: Fail): Payload {
    return new Payload(Buffer.from(formatPayload(1, [])), 0, fail);
  }

  /** Checks the first and the last line. Each other line is checked when it's used. */
  static parse(bytes: Buffer, fail: Fail): Payload {
    const end = bytes.subarray(0, maxHeadLength).indexOf(newline);
    const counter = Number(head.exec(bytes.toString('latin1', 0, Math.max(end, 0)))?.[1]);
    const isWhole = bytes.length >= end + tail.length && bytes.subarray(-tail.length).equals(Buffer.from(tail));
    return Number.isSafeInteger(counter) && isWhole ? new Payload(bytes, counter, fail) : fail();
  }

  /** Parses the payload of version 1, a list of rows, and checks all of it. */
  static parseV1(bytes: Buffer, fail: Fail): Payload {
    const rows = isUtf8(bytes) && countStructure(bytes) <= 8 * maxCredentials && parseJson(bytes.toString());
    if (!Array.isArray(rows) || !rows.every(isRow)) return fail();
    const sorted = rows.map(([service, account, secret]) => ({ service, account, secret })).sort(compareNames);
    if (!areUnique(sorted) || sorted.length > maxCredentials) return fail();
    const lines = sorted.map(({ service, account, secret }) => `\n${formatRow({ service, account }, secret)}`);
    return new Payload(Buffer.from(formatPayload(1, lines)), 0, fail);
  }

  /** Returns the bytes to seal, with the next counter, in parts. */
  serialise(): readonly Buffer[] {
    const [first = Buffer.alloc(0), ...others] = this.#parts;
    const headEnd = first.indexOf(newline);
    return [Buffer.from(formatHead(this.counter + 1)), ...(headEnd < 0 ? [] : [first.subarray(headEnd)]), ...others];
  }

  /** All names, sorted. Checks every line. */
  names(): readonly CredentialName[] {
    const names: CredentialName[] = [];
    const end = this.#bytes.length - tail.length;
    let before = this.#headEnd();
    while (before < end) {
      const next = this.#bytes.indexOf(newline, before + 1);
      const isLast = next === end;
      const row = parseRow(this.#bytes.subarray(before + 1, isLast ? next : next - 1));
      const hasComma = isLast || this.#bytes[next - 1] === 0x2c;
      if (row === undefined || !hasComma || names.length === maxCredentials) return this.#fail();
      if (computeBase64Length(row.secret) === undefined) return this.#fail();
      names.push(row.name);
      before = next;
    }
    return areUnique(names) ? names : this.#fail();
  }

  has(name: CredentialName): boolean {
    if (this.#find(name) !== undefined) return true;
    this.names();
    return false;
  }

  /** Checks the credential's line. If it's absent, checks every line, so that damage isn't taken for absence. */
  get(name: CredentialName): Secret | undefined {
    const found = this.#find(name);
    if (found === undefined) {
      this.names();
      return undefined;
    }
    const bytes = decodeBase64(this.#bytes.toString('latin1', found.secretStart, found.secretEnd)) ?? this.#fail();
    return new Secret(new Uint8Array(bytes));
  }

  set(name: CredentialName, secret: Secret): void {
    const base64 = Buffer.from(secret.expose()).toString('base64');
    const found = this.#find(name);
    if (found !== undefined) {
      this.#splice(found.secretStart, found.secretEnd, base64);
      return;
    }
    const position = this.#findPosition(name);
    const end = this.#bytes.length - tail.length;
    const isEmpty = end === this.#headEnd();
    const row = formatRow(name, base64);
    if (isEmpty) this.#splice(end, end, `\n${row}`);
    else if (position > end) this.#splice(end, end, `,\n${row}`);
    else this.#splice(position, position, `${row},\n`);
  }

  /** Returns whether the credential existed. */
  delete(name: CredentialName): boolean {
    const found = this.#find(name);
    if (found === undefined) {
      this.names();
      return false;
    }
    const { start } = found;
    const end = found.secretEnd + '"]'.length;
    const isLast = end === this.#bytes.length - tail.length;
    const isFirst = start === this.#headEnd() + 1;
    if (!isLast) this.#splice(start, end + ',\n'.length, '');
    else this.#splice(start - (isFirst ? '\n' : ',\n').length, end, '');
    return true;
  }

  /** Whether there are more credentials than a reader accepts. */
  isFull(): boolean {
    let lines = 0;
    for (const part of this.#parts)
      for (let at = part.indexOf(newline); at >= 0 && lines <= maxCredentials + 1; lines++)
        at = part.indexOf(newline, at + 1);
    return lines > maxCredentials + 1;
  }

  get #bytes(): Buffer {
    const [first, ...others] = this.#parts;
    if (first !== undefined && others.length === 0) return first;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [bytes];
    return bytes;
  }

  #headEnd(): number {
    return this.#bytes.indexOf(newline);
  }

  /** The offsets of a credential's line and secret. No JSON string contains a line break, so it can't be anything else. */
  #find(
    name: CredentialName,
  ): { readonly start: number; readonly secretStart: number; readonly secretEnd: number } | undefined {
    const prefix = Buffer.from(`\n${formatRow(name, '').slice(0, -'"]'.length)}`);
    const before = this.#bytes.indexOf(prefix);
    if (before < 0) return undefined;
    const secretStart = before + prefix.length;
    return { start: before + 1, secretStart, secretEnd: this.#bytes.indexOf('"]', secretStart, 'latin1') };
  }

  /** Where an absent credential belongs: the offset of the next line, or beyond the end. By binary search. */
  #findPosition(name: CredentialName): number {
    const bytes = this.#bytes;
    let low = this.#headEnd() + 1;
    let high = bytes.length - tail.length + 1;
    while (low < high) {
      const start = bytes.lastIndexOf(newline, Math.floor((low + high) / 2) - 1) + 1;
      const next = bytes.indexOf(newline, start);
      const isLast = next === bytes.length - tail.length;
      const row = parseRow(bytes.subarray(start, isLast ? next : next - 1));
      if (row === undefined) return this.#fail();
      if (compareNames(row.name, name) < 0) low = next + 1;
      else high = start;
    }
    return low;
  }

  #splice(start: number, end: number, text: string): void {
    const bytes = this.#bytes;
    this.#parts = [bytes.subarray(0, start), Buffer.from(text), bytes.subarray(end)];
  }
}

function formatPayload(counter: number, lines: readonly string[]): string {
  return `${formatHead(counter)}${lines.join(',')}${tail}`;
}

function formatHead(counter: number): string {
  return `{"counter":${counter},"credentials":[`;
}

function formatRow({ service, account }: CredentialName, secretBase64: string): string {
  return JSON.stringify([service, account, secretBase64]);
}

/** Longer than the JSON of any two valid names. */
const maxNamesLength = 16_384;

/** Parses one line without its comma. Only the names are checked: they must be valid, and spelled as keystow spells them. */
function parseRow(line: Buffer): { readonly name: CredentialName; readonly secret: string } | undefined {
  const end = line.lastIndexOf('","');
  // The secret begins after `","`, and ends before `"]`.
  if (
    end < 0 ||
    end + 5 > line.length ||
    end > maxNamesLength ||
    !isUtf8(line) ||
    line.subarray(-2).toString('latin1') !== '"]'
  )
    return undefined;
  const text = `${line.toString('utf8', 0, end)}"]`;
  const names = parseJson(text);
  if (!Array.isArray(names) || names.length !== 2 || JSON.stringify(names) !== text) return undefined;
  const [service, account]: unknown[] = names;
  if (typeof service !== 'string' || typeof account !== 'string' || !isValidName({ service, account }))
    return undefined;
  return { name: { service, account }, secret: line.toString('latin1', end + '","'.length, line.length - '"]'.length) };
}

/** Whether sorted names are all different. */
function areUnique(names: readonly CredentialName[]): boolean {
  return names.every((name, index) => index === 0 || compareNames(names[index - 1] as CredentialName, name) < 0);
}

type Row = readonly [service: string, account: string, secretBase64: string];

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [service, account, secret]: unknown[] = row;
  if (typeof service !== 'string' || typeof account !== 'string' || typeof secret !== 'string') return false;
  return isValidName({ service, account }) && computeBase64Length(secret) !== undefined;
}

/** Counts the bytes that begin or separate values, so that a planted file of millions of rows is rejected unparsed. */
function countStructure(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) count++;
  return count;
}

/**
 * Decodes base64; `undefined` unless `text` is the one canonical spelling of its bytes (RFC 4648 §3.5).
 *
 * Node's decoder skips characters that aren't base64, so the number of bytes is too small if there are any. It also
 * accepts the digits of base64url. With `target`, decodes into that buffer and returns the part of it. This is faster than encoding the bytes again, or than a regular expression.
 */
export function decodeBase64(text: string, target?: Buffer): Buffer | undefined {
  const ending = computeBase64Length(text.slice(-4));
  if (text.length % 4 !== 0 || ending === undefined || text.includes('-') || text.includes('_')) return undefined;
  const bytes = target ? target.subarray(0, target.write(text, 'base64')) : Buffer.from(text, 'base64');
  const expected = text === '' ? 0 : (text.length / 4 - 1) * 3 + ending;
  return bytes.length === expected ? bytes : undefined;
}
