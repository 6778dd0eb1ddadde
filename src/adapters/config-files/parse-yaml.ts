import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseAllDocuments } from 'yaml';
import { CredentialError } from '../../domain/credential-error.ts';
import { isTooDeep } from '../../domain/formats/yaml-depth.ts';
import type { YamlEntry, YamlNode } from '../../domain/setup/formats/yaml-tree.ts';

/**
 * Parses one document of YAML, to know where its values are: the library would not write it back byte for byte. No document,
 * several, or an alias or a key that isn't a text where a client's configuration has none → `file-damaged`.
 */
export function parseYaml(text: string): YamlNode {
  if (isTooDeep(text)) throw new CredentialError('file-damaged', 'it is nested too deeply');
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  if (!Array.isArray(documents) || documents.length === 0)
    return { kind: 'map', isFlow: false, start: 0, end: 0, entries: [] };
  const [document, ...more] = documents;
  if (document === undefined || more.length > 0) throw new CredentialError('file-damaged', 'it has several documents');
  const [error] = document.errors;
  if (error !== undefined) {
    throw new CredentialError(
      'file-damaged',
      `line ${lines.linePos(error.pos[0]).line} is not valid YAML (${error.code})`,
    );
  }
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    return { kind: 'map', isFlow: false, start: text.length, end: text.length, entries: [] };
  }
  return toNode(root, lines);
}

function toNode(node: ParsedNode, lines: LineCounter): YamlNode {
  const [start, end] = node.range;
  const fail = (why: string) =>
    new CredentialError('file-damaged', `line ${lines.linePos(start).line} ${why}, which keystow does not edit`);
  if (isAlias(node)) throw fail('has an alias');
  if (isScalar(node)) return { kind: 'scalar', start, end, value: String(node.value ?? '') };
  if (isSeq<ParsedNode>(node)) {
    const items = node.items.map((item) => toNode(item, lines));
    return { kind: 'list', isFlow: node.flow === true, start, end, items };
  }
  if (!isMap<ParsedNode, ParsedNode | null>(node)) throw fail('has something');
  const entries = node.items.map(({ key, value }): YamlEntry => {
    if (!isScalar(key as Node)) throw fail('has a key that is not a text');
    const [keyStart] = key.range;
    return {
      key: String((key as { value?: unknown }).value),
      keyStart,
      value: value === null ? undefined : toNode(value, lines),
    };
  });
  return { kind: 'map', isFlow: node.flow === true, start, end, entries };
}
