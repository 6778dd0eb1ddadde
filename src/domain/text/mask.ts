import { base64Digits, decodePercent } from './encodings.ts';
/** A shorter secret isn't masked: it would occur by chance. In bytes. */
export const minMaskedBytes = 4;

/** A shorter encoded form isn't masked. In bytes. */
const minEncodedBytes = 6;

/** Up to this many bytes of a possible secret are shown if nothing follows them: see {@link Mask.release}. */
const maxReleasedBytes = 3;

/** Shown for a secret, unless a secret contains the character. */
const markCharacters = ['*', '#', '=', '-', '~'];

/**
 * Masks secrets in a stream of bytes, however it's split into chunks. Holds back only what may be the beginning of a secret.
 *
 * Every occurrence of a secret is masked in plain, in base64 and base64url at every alignment, percent-encoded, escaped as in
 * JSON, and of a secret of several lines, each line. Overlapping occurrences are masked together.
 */
export class Mask {
  readonly #patterns: readonly Pattern[];
  readonly #mark: Uint8Array;
  /** Whether a pattern begins with this byte. */
  readonly #starts = new Uint8Array(256);
  /** For each pattern, how many of its bytes match the end of the input. */
  readonly #matched: Uint32Array;
  /** The bytes from `#offset` on that weren't returned yet. */
  #pending: number[] = [];
  /** The position of the first pending byte in the input. */
  #offset = 0;
  /** What to mask, in order, without overlaps. Positions in the input. */
  readonly #spans: { start: number; end: number }[] = [];

  constructor(secrets: readonly Uint8Array[]) {
    this.#patterns = findPatterns(secrets).map(toPattern);
    this.#matched = new Uint32Array(this.#patterns.length);
    for (const { bytes } of this.#patterns) this.#starts[bytes[0] ?? 0] = 1;
    const used = new Set(this.#patterns.flatMap(({ bytes }) => [...bytes]));
    const mark = markCharacters.find((character) => !used.has(character.charCodeAt(0))) ?? '*';
    this.#mark = new Uint8Array(3).fill(mark.charCodeAt(0));
  }

  /** Returns what can be shown of the input up to now. */
  push(chunk: Uint8Array): Uint8Array {
    if (this.#patterns.length === 0) return chunk;
    let isPartial = this.#matched.some((matched) => matched > 0);
    for (const byte of chunk) {
      this.#pending.push(byte);
      if (isPartial || this.#starts[byte]) isPartial = this.#match(byte);
    }
    return this.#take(this.#findSafeEnd());
  }

  /**
   * Returns a few bytes that are held back, because they may be the beginning of a secret: the end of a prompt, for example. If
   * the secret follows after all, the rest of it is masked. Call it if no input has arrived for a while.
   */
  release(): Uint8Array {
    const end = this.#offset + this.#pending.length;
    const isShort = this.#pending.length <= maxReleasedBytes && this.#spans.length === 0;
    return this.#take(isShort ? end : this.#offset);
  }

  /** Returns the rest. */
  end(): Uint8Array {
    return this.#take(this.#offset + this.#pending.length);
  }

  /** Advances every pattern (Knuth, Morris, Pratt). Returns whether any of them matches partly. */
  #match(byte: number): boolean {
    const end = this.#offset + this.#pending.length;
    let isPartial = false;
    for (const [index, { bytes, fallback }] of this.#patterns.entries()) {
      let matched = this.#matched[index] ?? 0;
      while (matched > 0 && bytes[matched] !== byte) matched = fallback[matched - 1] ?? 0;
      if (bytes[matched] === byte) matched += 1;
      if (matched === bytes.length) {
        this.#addSpan(end - bytes.length, end);
        matched = fallback[matched - 1] ?? 0;
      }
      this.#matched[index] = matched;
      if (matched > 0) isPartial = true;
    }
    return isPartial;
  }

  /** Spans are added in the order of their ends. */
  #addSpan(start: number, end: number): void {
    let first = start;
    for (let last = this.#spans.at(-1); last && last.end > first; last = this.#spans.at(-1)) {
      first = Math.min(first, last.start);
      this.#spans.pop();
    }
    this.#spans.push({ start: first, end });
  }

  /** Up to where nothing can become part of a match. */
  #findSafeEnd(): number {
    const end = this.#offset + this.#pending.length;
    const safe = end - this.#matched.reduce((longest, matched) => Math.max(longest, matched), 0);
    return this.#spans.find((span) => span.end > safe && span.start < safe)?.start ?? safe;
  }

  #take(end: number): Uint8Array {
    const shown: number[] = [];
    let position = this.#offset;
    for (let span = this.#spans[0]; span && span.start < end; span = this.#spans[0]) {
      this.#append(shown, position, span.start);
      shown.push(...this.#mark);
      position = span.end;
      this.#spans.shift();
    }
    this.#append(shown, position, end);
    const taken = Math.max(position, end) - this.#offset;
    this.#pending = this.#pending.slice(taken);
    this.#offset += taken;
    return Uint8Array.from(shown);
  }

  #append(shown: number[], start: number, end: number): void {
    for (let index = Math.max(0, start - this.#offset); index < end - this.#offset; index++)
      shown.push(this.#pending[index] ?? 0);
  }
}

interface Pattern {
  readonly bytes: Uint8Array;
  /** For each number of matched bytes, minus one: how many still match if the next one doesn't. */
  readonly fallback: Uint32Array;
}

function toPattern(bytes: Uint8Array): Pattern {
  const fallback = new Uint32Array(bytes.length);
  for (let index = 1, matched = 0; index < bytes.length; index++) {
    while (matched > 0 && bytes[matched] !== bytes[index]) matched = fallback[matched - 1] ?? 0;
    if (bytes[matched] === bytes[index]) matched += 1;
    fallback[index] = matched;
  }
  return { bytes, fallback };
}

/** Everything to mask, each once, as strings of bytes. */
function findPatterns(secrets: readonly Uint8Array[]): readonly Uint8Array[] {
  const patterns = new Set<string>();
  for (const secret of secrets) {
    const plain = toByteString(secret);
    const lines = plain.split(/[\r\n]+/);
    for (const text of new Set([plain, ...lines])) {
      if (text.length < minMaskedBytes) continue;
      patterns.add(text);
      for (const encoded of encode(text)) if (encoded.length >= minEncodedBytes) patterns.add(encoded);
    }
  }
  return [...patterns].map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0)));
}

function encode(text: string): readonly string[] {
  const percent = text.replace(/[^A-Za-z0-9_.~-]/g, (character) => `%${toHex(character)}`);
  const aligned = [0, 1, 2].map((shift) => toBase64(text, shift));
  return [
    ...aligned,
    ...aligned.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_')),
    percent,
    percent.replace(/%../g, (escaped) => escaped.toLowerCase()),
    percent.replaceAll('%20', '+'),
    // What encodeURIComponent leaves unescaped (ECMA-262, 19.2.6).
    percent.replace(/%(21|27|28|29|2A)/g, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16))),
    ...escapeAsJson(text, percent),
  ];
}

/** As the usual libraries write it: Python escapes what isn't ASCII, PHP the slash, too, and Go what HTML has a meaning for. */
function escapeAsJson(text: string, percent: string): readonly string[] {
  const decoded = decodePercent(percent) ?? text;
  const escaped = JSON.stringify(text).slice(1, -1);
  const ascii = JSON.stringify(decoded)
    .slice(1, -1)
    .replace(/[^ -~]/g, toUnicodeEscape);
  const all = [escaped, ascii, ascii.replace(/\\u[\da-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)];
  return all.flatMap((json) => [
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&]/g, toUnicodeEscape),
    json.replace(/[<>&\x7f]/g, toUnicodeEscape).replaceAll('/', '\\/'),
  ]);
}

function toUnicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The characters that don't depend on the bytes before or after the text, if it begins `shift` bytes into a group of three. */
function toBase64(text: string, shift: number): string {
  let encoded = '';
  for (let bit = (6 - ((shift * 8) % 6)) % 6; bit + 6 <= text.length * 8; bit += 6) {
    const index = bit >> 3;
    const pair = (text.charCodeAt(index) << 8) | (index + 1 < text.length ? text.charCodeAt(index + 1) : 0);
    encoded += base64Digits[(pair >> (10 - (bit & 7))) & 63];
  }
  return encoded;
}

function toHex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

/** A character for each byte. */
function toByteString(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
