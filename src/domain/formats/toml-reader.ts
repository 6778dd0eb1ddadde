import { type DamagedText, damagedText, type Range } from './leaf.ts';

/** A value of TOML and where it is. */
export interface TomlValue extends Range {
  /** That of a string. */
  readonly text?: string;
  /** Those of an array. */
  readonly items?: readonly TomlValue[];
  /** Those of an inline table. */
  readonly members?: readonly TomlMember[];
}

export interface TomlMember {
  /** Several keys if it's dotted. */
  readonly path: readonly string[];
  readonly value: TomlValue;
}

/** Deeper values and longer keys aren't read: no tool's configuration has them. */
const maxDepth = 100;

/** Reads the tokens of TOML 1.0, in the order in which they are. What isn't one → `file-damaged`. */
export class TomlReader {
  offset: number;
  readonly #text: string;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.offset = offset;
  }

  get isAtEnd(): boolean {
    return this.offset >= this.#text.length;
  }

  /** Skips white space, line ends and comments. */
  skipBlank(): void {
    while (this.#skip(/[ \t]+|\r?\n|#[^\n]*/y) !== '');
  }

  /** `[a.b]` or `[[a.b]]`; `undefined` if a key is next. */
  readHeader(): { readonly path: readonly string[]; readonly isItem: boolean } | undefined {
    const brackets = this.#skip(/\[\[?/y);
    if (brackets === '') return undefined;
    const path = this.readKey();
    this.#expect(brackets.replaceAll('[', ']'));
    return { path, isItem: brackets === '[[' };
  }

  /** `a."b c".d`. */
  readKey(): readonly string[] {
    const path: string[] = [];
    do {
      this.#skip(/[ \t]*/y);
      const bare = this.#skip(/[A-Za-z0-9_-]+/y);
      const text = bare === '' ? this.#readString(false) : bare;
      if (text === undefined) throw this.#fail('has an invalid key');
      path.push(text);
      if (path.length > maxDepth) throw this.#fail('is nested too deeply');
      this.#skip(/[ \t]*/y);
    } while (this.#skip(/\./y) !== '');
    return path;
  }

  readEquals(): void {
    this.#skip(/[ \t]*/y);
    this.#expect('=');
    this.#skip(/[ \t]*/y);
  }

  readValue(depth = 0): TomlValue {
    if (depth > maxDepth) throw this.#fail('is nested too deeply');
    const start = this.offset;
    const text = this.#readString(true);
    if (text !== undefined) return { start, end: this.offset, text };
    if (this.#text[start] === '[') {
      const items = this.#readItems(depth);
      return { start, end: this.offset, items };
    }
    if (this.#text[start] === '{') {
      const members = this.#readMembers(depth);
      return { start, end: this.offset, members };
    }
    if (this.#skip(plainValue) === '') throw this.#fail('has an invalid value');
    return { start, end: this.offset };
  }

  /** What may follow a header or a value in its line. */
  readLineEnd(): void {
    this.#skip(/[ \t]*(?:#[^\n]*)?/y);
    if (!this.isAtEnd && this.#skip(/\r?\n/y) === '') throw this.#fail('has something behind its value');
  }

  #readItems(depth: number): readonly TomlValue[] {
    const items: TomlValue[] = [];
    this.offset += 1;
    for (this.skipBlank(); this.#text[this.offset] !== ']'; this.skipBlank()) {
      items.push(this.readValue(depth + 1));
      this.skipBlank();
      if (this.#skip(/,/y) === '' && this.#text[this.offset] !== ']') throw this.#fail('has an array without an end');
    }
    this.offset += 1;
    return items;
  }

  #readMembers(depth: number): readonly TomlMember[] {
    const members: TomlMember[] = [];
    this.offset += 1;
    this.#skip(/[ \t]*/y);
    while (this.#text[this.offset] !== '}') {
      const path = this.readKey();
      this.readEquals();
      members.push({ path, value: this.readValue(depth + 1) });
      this.#skip(/[ \t]*/y);
      if (this.#skip(/,[ \t]*/y) === '' && this.#text[this.offset] !== '}')
        throw this.#fail('has a table without an end');
    }
    this.offset += 1;
    return members;
  }

  /** A string of one of the four kinds, or `undefined` if none starts here. */
  #readString(allowsLines: boolean): string | undefined {
    const text = this.#text;
    const lines = allowsLines ? /("""|''')/y : undefined;
    if (lines !== undefined && this.#matches(lines)) {
      const mark = text.slice(this.offset, this.offset + 3);
      const pattern =
        mark === '"""'
          ? /"""[^\\"]*(?:(?:\\(?:[btnfre"\\]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[ \t]*\r?\n)|"(?!""))[^\\"]*)*"""("{0,2})/y
          : /'''[^']*(?:'(?!'')[^']*)*'''('{0,2})/y;
      const all = this.#skip(pattern);
      if (all === '') throw this.#fail('has a string without an end');
      // A line end behind the mark isn't part of the string.
      const inner = all.slice(3, -3).replace(/^\r?\n/, '');
      return mark === '"""' ? decodeEscapes(inner) : inner;
    }
    if (text[this.offset] === "'") {
      const literal = this.#skip(/'[^'\n]*'/y);
      if (literal === '') throw this.#fail('has a string without an end');
      return literal.slice(1, -1);
    }
    if (text[this.offset] !== '"') return undefined;
    const basic = this.#skip(
      /"[^"\\\n]*(?:\\(?:[btnfre"\\]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})[^"\\\n]*)*"/y,
    );
    if (basic === '') throw this.#fail('has a string without an end');
    return decodeEscapes(basic.slice(1, -1));
  }

  #matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    return pattern.test(this.#text);
  }

  /** Skips what matches, and returns it. */
  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.offset;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.offset += found.length;
    return found;
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.offset)) throw this.#fail(`has no "${text}" where it is required`);
    this.offset += text.length;
  }

  #fail(why: string): DamagedText {
    return damagedText(this.#text, Math.min(this.offset, Math.max(this.#text.length - 1, 0)), why);
  }
}

const digits = String.raw`\d(?:_?\d)*`;
const time = String.raw`\d\d:\d\d(?::\d\d(?:\.\d+)?)?`;

/** Dates, times, booleans and numbers. Whether a date exists isn't checked. */
const plainValue = new RegExp(
  [
    String.raw`\d{4}-\d\d-\d\d(?:[Tt ]${time}(?:[Zz]|[+-]\d\d:\d\d)?)?`,
    time,
    'true|false|[+-]?(?:inf|nan)',
    String.raw`0x[\da-fA-F](?:_?[\da-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*`,
    String.raw`[+-]?(?:0|[1-9](?:_?\d)*)(?![\d_])(?:\.${digits})?(?:[eE][+-]?${digits})?`,
  ].join('|'),
  'y',
);

/** A backslash at the end of a line removes it, and the blanks that the next lines start with. */
function decodeEscapes(text: string): string {
  const pattern = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([ \t]*\r?\n\s*)|(.))/g;
  return text.replace(pattern, (_, byte, short, long, lines: string | undefined, letter: string | undefined) => {
    if (lines !== undefined) return '';
    if (letter !== undefined) return escapes[letter] ?? letter;
    const point = Number.parseInt(byte ?? short ?? long, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '';
  });
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\x1b' };
