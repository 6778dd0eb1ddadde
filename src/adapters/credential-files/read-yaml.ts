import { isMap, isScalar, isSeq, type Pair, parseAllDocuments } from 'yaml';
import type { Leaf, LeafReader, Range } from '../../domain/formats/leaf.ts';
import { isTooDeep } from '../../domain/formats/yaml-depth.ts';
import { lineAt } from '../../domain/text/lines.ts';

/**
 * Reads YAML 1.2. Only pairs in block style, on lines of their own, can be removed: their `entry` is those lines. Aliases
 * aren't followed: what they stand for is read where it is. The key of a list's item is its `name`, if it has one.
 */
export const readYaml: LeafReader = (text) => {
  if (isTooDeep(text)) return { line: 1 };
  try {
    const documents = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, prettyErrors: false });
    if (!Array.isArray(documents)) return [];
    const error = documents.flatMap(({ errors }) => errors)[0];
    if (error !== undefined) return { line: lineAt(text, error.pos[0]) };
    return documents.flatMap(({ contents }) => listLeaves(text, contents, []));
  } catch {
    // Too deeply nested.
    return { line: 1 };
  }
};

function listLeaves(text: string, node: unknown, path: readonly string[], entry?: Range): Leaf[] {
  if (isMap(node)) {
    return node.items.flatMap((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '?';
      return listLeaves(text, pair.value, [...path, key], node.flow === true ? undefined : findLines(text, pair));
    });
  }
  if (isSeq(node)) {
    return node.items.flatMap((item, index) => {
      const name = isMap(item) ? item.get('name') : undefined;
      return listLeaves(text, item, [...path, typeof name === 'string' ? name : `${index}`]);
    });
  }
  if (!isScalar(node) || !node.range || typeof node.value === 'boolean' || node.value === null) return [];
  const [start, end] = node.range;
  const isQuoted = node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE';
  const range = isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
  return [{ path, value: node.source ?? String(node.value), range, ...(entry && { entry }) }];
}

/** The lines of a pair, if nothing else is on them. */
function findLines(text: string, { key, value }: Pair): Range | undefined {
  // An alias may stand for an anchor.
  if (!isScalar(key) || !key.range || !isScalar(value) || !value.range || value.anchor) return undefined;
  const start = text.lastIndexOf('\n', key.range[0] - 1) + 1;
  if (text.slice(start, key.range[0]).trim() !== '') return undefined;
  const isBlock = value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED';
  const newline = isBlock ? value.range[1] - 1 : text.indexOf('\n', value.range[1]);
  return { start, end: newline < 0 ? text.length : newline + 1 };
}
