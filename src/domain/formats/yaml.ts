import { CredentialError } from '../credential-error.ts';
import { findOwnLines } from '../text/lines.ts';
import { type DamagedText, damagedText, type Leaf, type LeafReader, type Range, toLeafReader } from './leaf.ts';

/**
 * Parses the documents of a YAML text. An empty one is `undefined`. Isn't part of the domain because it's a package. Invalid YAML,
 * or nested too deeply → throws `DamagedText`.
 */
export type YamlParser = (text: string) => readonly (YamlNode | undefined)[];

/** A YAML value and where it is, without the comment after it and the line end. */
export type YamlNode = YamlMap | YamlList | YamlScalar | YamlAlias;

export interface YamlMap extends Range {
  readonly kind: 'map';
  /** Whether it's written in braces. */
  readonly isFlow: boolean;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  /** `undefined` for a map, a list or an alias. */
  readonly key: string | undefined;
  readonly keyStart: number;
  readonly value: YamlNode | undefined;
}

export interface YamlList extends Range {
  readonly kind: 'list';
  readonly isFlow: boolean;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar extends Range {
  readonly kind: 'scalar';
  readonly type: 'text' | 'number' | 'boolean' | 'null';
  /** As it's written, but without quotation marks, escapes and line breaks within it. '' for null. */
  readonly value: string;
  readonly style: 'plain' | 'quoted' | 'block';
  /** Whether an alias may stand for it. */
  readonly hasAnchor: boolean;
}

/** What it stands for isn't looked up. */
interface YamlAlias extends Range {
  readonly kind: 'alias';
}

export function findYamlEntry(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The value of an entry if it's a scalar. */
export function findYamlText(node: YamlNode | undefined, key: string): string | undefined {
  const value = findYamlEntry(node, key)?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}

/**
 * The only document of a text that keystow can edit: an empty map if the text has no document. Several documents, a repeated key, an alias
 * or a key that isn't a text → `file-damaged`.
 */
export function parseEditableYaml(text: string, parse: YamlParser): YamlNode {
  const documents = parse(text);
  if (documents.length > 1) throw new CredentialError('file-damaged', 'it has several documents');
  const [root] = documents;
  if (root === undefined || (root.kind === 'scalar' && root.type === 'null')) {
    const end = documents.length === 0 ? 0 : text.length;
    return { kind: 'map', isFlow: false, start: end, end, entries: [] };
  }
  checkEditable(text, root);
  return root;
}

function checkEditable(text: string, node: YamlNode): void {
  const refuse = (why: string): DamagedText => damagedText(text, node.start, `${why}, which keystow does not edit`);
  switch (node.kind) {
    case 'alias':
      throw refuse('has an alias');
    case 'list':
      for (const item of node.items) checkEditable(text, item);
      break;
    case 'map': {
      const keys = new Set<string>();
      for (const { key, keyStart, value } of node.entries) {
        if (key === undefined) throw refuse('has a key that is not a text');
        if (keys.has(key)) throw damagedText(text, keyStart, 'is not valid YAML (DUPLICATE_KEY)');
        keys.add(key);
        if (value !== undefined) checkEditable(text, value);
      }
    }
  }
}

/**
 * Makes a reader of every text and number. Only pairs in block style, on lines of their own, can be removed: their `entry` is those
 * lines. Aliases aren't followed: what they stand for is read where it is. The key of a list's item is its `name`, if it has one.
 */
export function toYamlReader(parse: YamlParser): LeafReader {
  return toLeafReader((text) => parse(text).flatMap((root) => listLeaves(text, root, [])));
}

function listLeaves(text: string, node: YamlNode | undefined, path: readonly string[], entry?: Range): readonly Leaf[] {
  switch (node?.kind) {
    case 'map':
      return node.entries.flatMap((pair) => {
        const lines = node.isFlow ? undefined : findPairLines(text, pair);
        return listLeaves(text, pair.value, [...path, pair.key ?? '?'], lines);
      });
    case 'list':
      return node.items.flatMap((item, index) => {
        const name = findYamlEntry(item, 'name')?.value;
        const isText = name?.kind === 'scalar' && name.type === 'text';
        return listLeaves(text, item, [...path, isText ? name.value : `${index}`]);
      });
    case 'scalar': {
      const { type, value, style, start, end } = node;
      if (type === 'boolean' || type === 'null') return [];
      const range = style === 'quoted' ? { start: start + 1, end: end - 1 } : { start, end };
      return [{ path, value, range, ...(entry && { entry }) }];
    }
    default:
      return [];
  }
}

/** The lines of a pair, if nothing else is on them. An alias may stand for an anchor. */
function findPairLines(text: string, { key, keyStart, value }: YamlEntry): Range | undefined {
  if (key === undefined || value?.kind !== 'scalar' || value.hasAnchor) return undefined;
  // The value of a block ends behind its last line.
  const end = value.style === 'block' && text[value.end - 1] === '\n' ? value.end - 1 : value.end;
  return findOwnLines(text, { start: keyStart, end }, /#/y);
}
