/** A YAML value and where it is in its text, in UTF-16 code units. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

interface Position {
  readonly start: number;
  /** Without the comment after it and the line end. */
  readonly end: number;
}

export interface YamlMap extends Position {
  readonly kind: 'map';
  /** Whether it's written in braces. */
  readonly isFlow: boolean;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly keyStart: number;
  readonly value: YamlNode | undefined;
}

export interface YamlList extends Position {
  readonly kind: 'list';
  readonly isFlow: boolean;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar extends Position {
  readonly kind: 'scalar';
  readonly value: string;
}

export function findYamlEntry(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The value of an entry if it's a scalar. */
export function findYamlText(node: YamlNode | undefined, key: string): string | undefined {
  const value = findYamlEntry(node, key)?.value;
  return value?.kind === 'scalar' ? value.value : undefined;
}
