import { findOwnLines } from '../text/lines.ts';
import { type DamagedText, damagedText, type Leaf, type LeafReader, type Range, toLeafReader } from './leaf.ts';

export type HclNode = HclBlock | HclText;

/** A block such as `credentials_helper "keystow" { … }`, or an object: `name = { … }`. Its range begins with its name. */
export interface HclBlock extends Range {
  readonly kind: 'block';
  readonly name: string;
  readonly labels: readonly string[];
  /** Its blocks and texts, in the order of the file. Values of other types aren't listed. */
  readonly nodes: readonly HclNode[];
}

/** A string that is the value of an attribute, or in a list that is. Its range begins with the attribute's name. */
export interface HclText extends Range {
  readonly kind: 'text';
  readonly key: string;
  readonly text: string;
  /** Within the quotation marks. */
  readonly valueRange: Range;
}

/** More names and labels that lead to a value aren't read: no configuration has them. */
const maxDepth = 100;

const tokens =
  /([ \t\r\n\uFEFF]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|([A-Za-z_][\w.-]*)|"([^"\\\n$]*(?:(?:\\.|\$(?!\{)|\$\{[^}\n]*\})[^"\\\n$]*)*)"|<<-?([A-Za-z_]\w*)\r?\n|([{}[\]=,])|[-+]?[\d.][\w.+-]*/y;

/** Parses a CLI configuration of Terraform, which is in version 1 of HCL. What Terraform rejects → `file-damaged`. */
export function parseHcl(text: string): readonly HclNode[] {
  const reader = new HclReader(text);
  let offset = 0;
  while (offset < text.length) {
    tokens.lastIndex = offset;
    const match = tokens.exec(text);
    if (match === null) throw damagedText(text, offset, 'is not valid HCL');
    const range = { start: offset, end: tokens.lastIndex };
    const [, blank, word, string, heredoc, symbol] = match;
    offset = range.end;
    if (blank !== undefined) continue;
    if (symbol !== undefined) reader.addSymbol(symbol, range);
    else if (word !== undefined) reader.addWord(word, range);
    else if (string !== undefined) reader.addString(decodeEscapes(string), range);
    else {
      if (heredoc !== undefined) offset = findHeredocEnd(text, offset, heredoc);
      reader.addValue(range);
    }
  }
  return reader.finish();
}

interface Word extends Range {
  readonly text: string;
}

/** A block or a list that has begun. */
interface Frame {
  readonly isList: boolean;
  /** The names and labels of a block. */
  readonly names: readonly Word[];
  readonly start: number;
  /** How many names and labels lead into it. */
  readonly depth: number;
  readonly nodes: HclNode[];
  /** The names and labels that were read for its next node, including `key`. */
  words: Word[];
  /** The name that a value is read for. */
  key: Word | undefined;
}

/** Puts tokens together. */
class HclReader {
  readonly #text: string;
  readonly #frames: Frame[] = [createFrame({})];

  constructor(text: string) {
    this.#text = text;
  }

  get #frame(): Frame {
    return this.#frames.at(-1) as Frame;
  }

  addSymbol(symbol: string, range: Range): void {
    const frame = this.#frame;
    const { isList, words, key } = frame;
    switch (symbol) {
      case '=':
        if (isList || key !== undefined || words.length !== 1) throw this.#fail(range);
        frame.key = words[0];
        break;
      case '{': {
        const names = key === undefined ? words : [key];
        if (names.length === 0) throw this.#fail(range);
        this.#open(range, { names, start: isList ? range.start : (names[0]?.start ?? range.start) });
        break;
      }
      case '[':
        if (key === undefined) throw this.#fail(range);
        this.#open(range, { isList: true, key, nodes: frame.nodes });
        break;
      case '}':
      case ']':
        this.#close(symbol, range);
        break;
      default:
        if (!isList && words.length > 0) throw this.#fail(range);
    }
  }

  addWord(text: string, range: Range): void {
    if (text === 'true' || text === 'false') this.addValue(range);
    else if (this.#frame.key === undefined) this.#frame.words.push({ text, ...range });
    else throw this.#fail(range);
  }

  addString(text: string, { start, end }: Range): void {
    const { key, nodes, words } = this.#frame;
    if (key === undefined) {
      words.push({ text, start, end });
      return;
    }
    const valueRange = { start: start + 1, end: end - 1 };
    nodes.push({ kind: 'text', key: key.text, text, start: key.start, end, valueRange });
    this.#endValue();
  }

  /** A value that isn't a string on one line. */
  addValue(range: Range): void {
    if (this.#frame.key === undefined) throw this.#fail(range);
    this.#endValue();
  }

  finish(): readonly HclNode[] {
    const { words, nodes } = this.#frame;
    const end = { start: Math.max(this.#text.length - 1, 0), end: this.#text.length };
    if (this.#frames.length > 1) throw damagedText(this.#text, end.start, 'ends in the middle of a block');
    if (words.length > 0) throw this.#fail(end);
    return nodes;
  }

  #open(range: Range, options: Partial<Frame>): void {
    const depth = this.#frame.depth + Math.max(1, options.names?.length ?? 0);
    if (depth > maxDepth) throw damagedText(this.#text, range.start, 'is nested too deeply');
    this.#frames.push(createFrame({ ...options, depth }));
  }

  #close(symbol: string, range: Range): void {
    const { isList, names, start, nodes, words } = this.#frame;
    if (this.#frames.length === 1 || isList !== (symbol === ']'))
      throw damagedText(this.#text, range.start, `has a "${symbol}" without its pair`);
    if (!isList && words.length > 0) throw this.#fail(range);
    this.#frames.pop();
    const [name, ...labels] = names.map(({ text }) => text);
    if (name !== undefined) this.#frame.nodes.push({ kind: 'block', name, labels, nodes, start, end: range.end });
    this.#endValue();
  }

  /** In a list, the next value is for the same name. */
  #endValue(): void {
    const frame = this.#frame;
    if (frame.isList) return;
    frame.words = [];
    frame.key = undefined;
  }

  #fail({ start }: Range): DamagedText {
    return damagedText(this.#text, start, 'is not valid HCL');
  }
}

function createFrame(options: Partial<Frame>): Frame {
  return { isList: false, names: [], start: 0, depth: 0, nodes: [], words: [], key: undefined, ...options };
}

function findHeredocEnd(text: string, from: number, mark: string): number {
  const end = new RegExp(`^[ \\t]*${mark}[ \\t]*\\r?$`, 'gm');
  end.lastIndex = from;
  if (end.exec(text) === null) throw damagedText(text, from, 'is in a text without an end');
  return end.lastIndex;
}

function decodeEscapes(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);
}

/** Reads every string on one line. Its `entry` is its line, and its `owner` the whole block, if nothing else is on those lines. */
export const readHcl: LeafReader = toLeafReader((text) => listLeaves(text, parseHcl(text), [], undefined));

function listLeaves(
  text: string,
  nodes: readonly HclNode[],
  path: readonly string[],
  owner: Range | undefined,
): readonly Leaf[] {
  return nodes.flatMap((node): readonly Leaf[] => {
    const lines = findOwnLines(text, node, /#|\/\//y);
    if (node.kind === 'block') return listLeaves(text, node.nodes, [...path, node.name, ...node.labels], lines);
    const { key, text: value, valueRange: range } = node;
    return [{ path: [...path, key], value, range, ...(lines && { entry: lines }), ...(owner && { owner }) }];
  });
}
