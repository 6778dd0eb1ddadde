import { isAlias, isMap, isNode, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml';
import { DamagedText, damagedText } from '../../domain/formats/leaf.ts';
import type { YamlNode, YamlParser, YamlScalar } from '../../domain/formats/yaml.ts';

/** Parses YAML 1.2, to know where its values are: the library would not write it back byte for byte. Keys may be repeated. */
export const parseYaml: YamlParser = (text) => {
  if (isTooDeep(text)) throw depthError();
  const documents = parse(text);
  if (!Array.isArray(documents)) return [];
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined) throw damagedText(text, error.pos[0], `is not valid YAML (${error.code})`);
  return documents.map(({ contents }) => toNode(contents));
};

function parse(text: string) {
  try {
    return parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, prettyErrors: false });
  } catch {
    throw depthError();
  }
}

function depthError(): DamagedText {
  return new DamagedText('it is nested too deeply', 1);
}

function toNode(node: unknown): YamlNode | undefined {
  if (isScalar(node)) return toScalar(node);
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.value) : undefined,
      keyStart: toRange(key).start,
      value: toNode(value),
    }));
    return { kind: 'map', isFlow: node.flow === true, ...toRange(node), entries };
  }
  if (isSeq(node)) {
    const items = node.items.flatMap((item) => toNode(item) ?? []);
    return { kind: 'list', isFlow: node.flow === true, ...toRange(node), items };
  }
  return isAlias(node) ? { kind: 'alias', ...toRange(node) } : undefined;
}

function toScalar(node: Scalar): YamlScalar {
  const { value, source, type, anchor } = node;
  return {
    kind: 'scalar',
    ...toRange(node),
    type: value === null ? 'null' : (types[typeof value] ?? 'number'),
    value: value === null ? '' : (source ?? String(value)),
    style: styles[type ?? ''] ?? 'plain',
    hasAnchor: anchor !== undefined,
  };
}

const types: Readonly<Record<string, YamlScalar['type']>> = { string: 'text', boolean: 'boolean' };

const styles: Readonly<Record<string, YamlScalar['style']>> = {
  QUOTE_SINGLE: 'quoted',
  QUOTE_DOUBLE: 'quoted',
  BLOCK_LITERAL: 'block',
  BLOCK_FOLDED: 'block',
};

function toRange(node: unknown): { readonly start: number; readonly end: number } {
  const [start, end] = isNode(node) ? (node.range ?? [0, 0]) : [0, 0];
  return { start, end };
}

/** Much deeper than any configuration. */
const maxDepth = 100;

/**
 * Whether YAML could be nested so deeply that parsing it would exhaust the stack. That isn't always an exception: V8 ends the
 * process if it has to compile a regular expression there. Counts brackets, even in strings, indentation, and the indicators
 * that begin a line.
 */
function isTooDeep(text: string): boolean {
  let [brackets, indicators, spaces] = [0, 0, 0];
  let isLineStart = true;
  for (const character of text) {
    if (character === '[' || character === '{') brackets += 1;
    else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
    if (character === '\n') {
      [indicators, spaces] = [0, 0];
      isLineStart = true;
    } else if (isLineStart) {
      if (character === ' ' || character === '\t') spaces += 1;
      else if (/[-?:!&*|]/.test(character)) indicators += 1;
      else isLineStart = false;
    }
    if (brackets > maxDepth || indicators > maxDepth || spaces > 4 * maxDepth) return true;
  }
  return false;
}
