import { parseJson } from '../text/encodings.ts';
import { byteOrderMark } from '../text/lines.ts';
import { damagedText, type Leaf, type LeafReader, type Range, toLeafReader } from './leaf.ts';

/** A JSON value and where it is. One that is neither an object, an array nor a string has only its place. */
export interface JsonNode extends Range {
  /** Those of an object. */
  readonly members?: readonly JsonMember[];
  /** Those of an array. */
  readonly items?: readonly JsonNode[];
  /** That of a string. */
  readonly text?: string;
}

/** From the start of its key to the end of its value. */
export interface JsonMember extends Range {
  readonly key: string;
  readonly value: JsonNode;
}

/** Deeper nesting isn't read: no tool's file has it, and each level is a call. */
const maxDepth = 100;
/** More isn't read, as in `parseJson`: a file of brackets would take gigabytes. */
const maxValues = 2_000_000;

/** Parses strict JSON (RFC 8259). Anything else → `file-damaged`. Of a key that is repeated, every member is returned. */
export function parseJsonTree(text: string): JsonNode {
  if (text.startsWith(byteOrderMark)) throw damagedText(text, 0, 'starts with a byte order mark');
  return new JsonReader(text).readDocument();
}

/** Reads every text of a JSON file. Programs differ in which one counts if a key is repeated. */
export const readJson: LeafReader = toLeafReader((text) => listLeaves(parseJsonTree(text), []));

function listLeaves(node: JsonNode, path: readonly string[], entry?: Range, owner?: Range): readonly Leaf[] {
  const { start, end, members, items, text } = node;
  if (members !== undefined)
    return members.flatMap((member) => listLeaves(member.value, [...path, member.key], toRange(member), entry));
  if (items !== undefined) return items.flatMap((item, index) => listLeaves(item, [...path, `${index}`]));
  if (text === undefined) return [];
  const range = { start: start + 1, end: end - 1 };
  return [{ path, value: text, range, ...(entry && { entry }), ...(owner && { owner }) }];
}

function toRange({ start, end }: Range): Range {
  return { start, end };
}

class JsonReader {
  #position = 0;
  #count = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): JsonNode {
    this.#skipSpace();
    const node = this.#readValue(0);
    this.#skipSpace();
    if (this.#position < this.#text.length) this.#fail();
    return node;
  }

  #readValue(depth: number): JsonNode {
    const start = this.#position;
    if (depth > maxDepth) this.#fail('is nested too deeply');
    this.#count += 1;
    if (this.#count > maxValues) this.#fail('has too many values');
    switch (this.#text[start]) {
      case '{':
        return this.#readObject(depth);
      case '[':
        return this.#readArray(depth);
      case '"': {
        const text = this.#readString();
        return { start, end: this.#position, text };
      }
      default: {
        const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
        word.lastIndex = start;
        if (!word.test(this.#text)) this.#fail();
        this.#position = word.lastIndex;
        return { start, end: this.#position };
      }
    }
  }

  #readObject(depth: number): JsonNode {
    const start = this.#position;
    const members: JsonMember[] = [];
    this.#readItems('}', () => {
      const start = this.#position;
      const key = this.#readString();
      this.#skipSpace();
      this.#expect(':');
      this.#skipSpace();
      const value = this.#readValue(depth + 1);
      members.push({ key, start, end: value.end, value });
    });
    return { start, end: this.#position, members };
  }

  #readArray(depth: number): JsonNode {
    const start = this.#position;
    const items: JsonNode[] = [];
    this.#readItems(']', () => items.push(this.#readValue(depth + 1)));
    return { start, end: this.#position, items };
  }

  #readItems(close: string, readItem: () => void): void {
    this.#position += 1;
    this.#skipSpace();
    if (this.#text[this.#position] !== close) {
      for (;;) {
        this.#skipSpace();
        readItem();
        this.#skipSpace();
        if (this.#text[this.#position] === close) break;
        this.#expect(',');
      }
    }
    this.#position += 1;
  }

  #readString(): string {
    const text = this.#text;
    const start = this.#position;
    if (text[start] !== '"') this.#fail();
    let end = start + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    const value = parseJson(text.slice(start, end + 1));
    if (typeof value !== 'string') this.#fail();
    this.#position = end + 1;
    return value;
  }

  #expect(character: string): void {
    if (this.#text[this.#position] !== character) this.#fail();
    this.#position += 1;
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#position] ?? '')) this.#position += 1;
  }

  #fail(why = 'is not valid JSON'): never {
    throw damagedText(this.#text, Math.min(this.#position, Math.max(this.#text.length - 1, 0)), why);
  }
}
