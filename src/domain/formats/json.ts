import { lineAt } from '../text/lines.ts';
import { type Edit, replacement } from './edits.ts';
import type { Leaf, LeafReader, Range } from './leaf.ts';

/** Deeper nesting isn't read: no credential file has it, and each level is a call. */
const maxDepth = 64;

type Node =
  | (Range & { readonly type: 'object'; readonly members: readonly Member[] })
  | (Range & { readonly type: 'array'; readonly items: readonly Node[] })
  | (Range & { readonly type: 'string'; readonly value: string })
  | (Range & { readonly type: 'other' });

interface Member extends Range {
  readonly key: string;
  readonly value: Node;
}

/** Reads strict JSON (RFC 8259). Of a key that is repeated, every value is returned: programs differ in which one counts. */
export const readJson: LeafReader = (text) => {
  const reader = new JsonReader(text);
  try {
    return listLeaves(reader.readDocument(), []);
  } catch (error) {
    if (error === reader.fault) return { line: lineAt(text, reader.position) };
    throw error;
  }
};

function listLeaves(node: Node, path: readonly string[], entry?: Range, owner?: Range): Leaf[] {
  switch (node.type) {
    case 'object':
      return node.members.flatMap((member) => listLeaves(member.value, [...path, member.key], member, entry));
    case 'array':
      return node.items.flatMap((item, index) => listLeaves(item, [...path, `${index}`]));
    case 'string':
      return [
        {
          path,
          value: node.value,
          range: { start: node.start + 1, end: node.end - 1 },
          ...(entry && { entry }),
          ...(owner && { owner }),
        },
      ];
    case 'other':
      return [];
  }
}

/** The edits that remove members of objects, given as the `entry` of their leaves, with the commas that would be left over. */
export function removeJsonMembers(text: string, entries: readonly Range[]): readonly Edit[] {
  const reader = new JsonReader(text);
  const isRemoved = (member: Range) => entries.some(({ start, end }) => start === member.start && end === member.end);
  const visit = (node: Node): Edit[] => {
    if (node.type === 'array') return node.items.flatMap(visit);
    if (node.type !== 'object') return [];
    const { members } = node;
    const kept = members.filter((member) => !isRemoved(member));
    const below = kept.flatMap(({ value }) => visit(value));
    if (kept.length === members.length) return below;
    if (kept.length === 0) return [replacement(text, { start: node.start + 1, end: node.end - 1 })];
    const last = members.at(-1) as Member;
    const own = members.flatMap((member, index): Edit[] => {
      if (!isRemoved(member)) return [];
      const next = members[index + 1];
      return [replacement(text, { start: member.start, end: next?.start ?? member.end })];
    });
    // The last member that stays has a comma after it if those behind it go.
    const before = kept.at(-1);
    const tail: Edit[] =
      before !== undefined && isRemoved(last) ? [replacement(text, { start: before.end, end: last.end })] : [];
    return [...below, ...own, ...tail];
  };
  return visit(reader.readDocument());
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class JsonReader {
  readonly fault = { name: 'invalid JSON' };
  position = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): Node {
    this.#skipSpace();
    const node = this.#readValue(0);
    this.#skipSpace();
    if (this.position < this.#text.length) this.#fail();
    return node;
  }

  #readValue(depth: number): Node {
    if (depth > maxDepth) this.#fail();
    switch (this.#text[this.position]) {
      case '{':
        return this.#readObject(depth);
      case '[':
        return this.#readArray(depth);
      case '"':
        return this.#readString();
      default: {
        const [word] = this.#match(/(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y);
        return { type: 'other', start: this.position - word.length, end: this.position };
      }
    }
  }

  #readObject(depth: number): Node {
    const start = this.position;
    const members: Member[] = [];
    this.#readItems('}', () => {
      const key = this.#readString();
      this.#skipSpace();
      this.#expect(':');
      this.#skipSpace();
      const value = this.#readValue(depth + 1);
      members.push({ key: key.value, start: key.start, end: value.end, value });
    });
    return { type: 'object', start, end: this.position, members };
  }

  #readArray(depth: number): Node {
    const start = this.position;
    const items: Node[] = [];
    this.#readItems(']', () => items.push(this.#readValue(depth + 1)));
    return { type: 'array', start, end: this.position, items };
  }

  #readItems(close: string, readItem: () => void): void {
    this.position += 1;
    this.#skipSpace();
    if (this.#text[this.position] === close) this.position += 1;
    else {
      for (;;) {
        this.#skipSpace();
        readItem();
        this.#skipSpace();
        if (this.#text[this.position] === close) break;
        this.#expect(',');
      }
      this.position += 1;
    }
  }

  #readString(): Node & { readonly type: 'string' } {
    const start = this.position;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
    const [, raw = ''] = this.#match(/"([^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\0-\x1f]*)*)"/y);
    const value = raw.replace(/\\(?:u(....)|(.))/g, (_, code: string | undefined, letter: string) =>
      code === undefined ? (escapes[letter] ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
    );
    return { type: 'string', start, end: this.position, value };
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match === null) return this.#fail();
    this.position = pattern.lastIndex;
    return match;
  }

  #expect(character: string): void {
    if (this.#text[this.position] !== character) this.#fail();
    this.position += 1;
  }

  #skipSpace(): void {
    while (/[ \t\r\n]/.test(this.#text[this.position] ?? '')) this.position += 1;
  }

  #fail(): never {
    throw this.fault;
  }
}
