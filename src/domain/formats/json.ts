import { parseJson } from '../text/encodings.ts';
import { byteOrderMark, findLineEnd, findLineStart } from '../text/lines.ts';
import { type Edit, insertion, replacement } from './edits.ts';
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
interface JsonMember extends Range {
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

/** The root, which must be an object (`undefined`: the text is blank). Anything else → `file-damaged`. */
export function parseJsonObject(text: string): JsonNode | undefined {
  if (/^[ \t\r\n]*$/.test(text)) return undefined;
  const root = parseJsonTree(text);
  if (root.members === undefined) throw damagedText(text, root.start, 'is not an object of JSON');
  return root;
}

/**
 * The members of a key. Programs written in Go ignore the case of a key, and take the last one.
 */
export function findJsonMembers(node: JsonNode | undefined, key: string): readonly JsonMember[] {
  return node?.members?.filter((member) => member.key.toLowerCase() === key.toLowerCase()) ?? [];
}

/** Sets `key` of the root, or of the object `parent` in it, to a text. */
export function setJsonText(
  text: string,
  root: JsonNode | undefined,
  parent: string | undefined,
  key: string,
  value: string,
): Edit {
  const name = (key: string) => JSON.stringify(key);
  const member = `${name(key)}: ${name(value)}`;
  if (root === undefined) {
    const end = findLineEnd(text);
    const body = parent === undefined ? `\t${member}` : `\t${name(parent)}: {${end}\t\t${member}${end}\t}`;
    return insertion(text.length, `{${end}${body}${end}}${end}`);
  }
  const object = parent === undefined ? root : findJsonMembers(root, parent).at(-1)?.value;
  if (object === undefined) {
    const layout = findLayout(text, root);
    const inner = layout.isMultiline
      ? `{${layout.end}${layout.indent}${layout.unit}${member}${layout.end}${layout.indent}}`
      : `{ ${member} }`;
    return addMember(text, root, `${name(parent ?? '')}: ${inner}`);
  }
  if (object.members === undefined) throw damagedText(text, object.start, 'is not an object of JSON');
  const [existing] = findJsonMembers(object, key).slice(-1);
  if (existing === undefined) return addMember(text, object, member, findUnit(text, root));
  return replacement(text, existing, `${name(existing.key)}: ${name(value)}`);
}

interface Layout {
  readonly isMultiline: boolean;
  readonly end: string;
  /** Before a member. */
  readonly indent: string;
  /** What each level adds. */
  readonly unit: string;
}

/** `defaultUnit`: for an object without members. */
function findLayout(text: string, { start, members = [] }: JsonNode, defaultUnit = '\t'): Layout {
  const end = findLineEnd(text);
  const [first] = members;
  const lineStart = findLineStart(text, start);
  const [outer = ''] = /^[ \t]*/.exec(text.slice(lineStart)) ?? [];
  const before = first === undefined ? '' : text.slice(start + 1, first.start);
  const indent = first === undefined ? outer + defaultUnit : before.slice(before.lastIndexOf('\n') + 1);
  const unit = indent.startsWith(outer) && indent.length > outer.length ? indent.slice(outer.length) : defaultUnit;
  return { isMultiline: first === undefined || before.includes('\n'), end, indent, unit };
}

/** What each level of the file is indented with. */
function findUnit(text: string, root: JsonNode): string | undefined {
  const { isMultiline, unit } = findLayout(text, root);
  return isMultiline ? unit : undefined;
}

/** Behind the last member. */
function addMember(text: string, object: JsonNode, member: string, defaultUnit?: string): Edit {
  const { isMultiline, end, indent, unit } = findLayout(text, object, defaultUnit);
  const last = object.members?.at(-1);
  if (last !== undefined) return insertion(last.end, isMultiline ? `,${end}${indent}${member}` : `, ${member}`);
  const outer = indent.slice(0, indent.length - unit.length);
  // An object with a line break in it needs no other one.
  const tail = text.slice(object.start + 1, object.end - 1).includes('\n') ? '' : end + outer;
  return insertion(object.start + 1, `${end}${indent}${member}${tail}`);
}

/** Removes a member and its comma; with `parent`, that one too if nothing else is in it. */
export function removeJsonMember(
  text: string,
  root: JsonNode | undefined,
  parent: string | undefined,
  key: string,
): readonly Edit[] {
  const container = parent === undefined ? undefined : findJsonMembers(root, parent).at(-1);
  const object = parent === undefined ? root : container?.value;
  const [member] = findJsonMembers(object, key).slice(-1);
  if (object?.members === undefined || member === undefined) return [];
  const isWhole = container !== undefined && object.members.length === 1;
  return isWhole
    ? removeMembers(text, root as JsonNode, new Set([container.start]))
    : removeMembers(text, object, new Set([member.start]));
}

/** The edits that remove members of any object in a text, given as their ranges, with the commas that would be left over. */
export function removeJsonMembers(text: string, ranges: readonly Range[]): readonly Edit[] {
  const removed = new Set(ranges.map(({ start }) => start));
  const visit = (node: JsonNode): readonly Edit[] => {
    if (node.items !== undefined) return node.items.flatMap(visit);
    const kept = node.members?.filter(({ start }) => !removed.has(start)) ?? [];
    return [...removeMembers(text, node, removed), ...kept.flatMap(({ value }) => visit(value))];
  };
  return visit(parseJsonTree(text));
}

/** `removed`: the offsets of the members. */
function removeMembers(
  text: string,
  { start, end, members = [] }: JsonNode,
  removed: ReadonlySet<number>,
): readonly Edit[] {
  const kept = members.findLast(({ start }) => !removed.has(start));
  if (kept === undefined) return members.length === 0 ? [] : [replacement(text, { start: start + 1, end: end - 1 })];
  const edits: Edit[] = [];
  for (const [index, { start }] of members.entries()) {
    const next = members[index + 1];
    if (removed.has(start) && start < kept.start && next !== undefined)
      edits.push(replacement(text, { start, end: next.start }));
  }
  const last = members.at(-1) ?? kept;
  // The comma before those behind it goes with them.
  return last === kept ? edits : [...edits, replacement(text, { start: kept.end, end: last.end })];
}
