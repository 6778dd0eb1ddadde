import { type Edit, replacement } from '../formats/edits.ts';
import { readGitConfig } from '../formats/git-config.ts';
import { readHcl } from '../formats/hcl.ts';
import { readIni, readNpmrc, readOptionFile } from '../formats/ini.ts';
import { readJson } from '../formats/json.ts';
import { removeJsonMembers } from '../formats/json-edits.ts';
import type { Leaf, LeafReader, Range } from '../formats/leaf.ts';
import { readCredentialUrls, readNetrc, readPgpass, readTokenFile } from '../formats/lines.ts';
import { readToml } from '../formats/toml.ts';
import type { FileFormat } from './known-file.ts';

/** The reader of a format. An empty file has no values, whatever its format. */
export function getReader(format: FileFormat, readYaml: LeafReader): LeafReader {
  const read = format === 'yaml' ? readYaml : readers[format];
  return (text) => (text.trim() === '' ? [] : read(text));
}

const readers: Readonly<Record<Exclude<FileFormat, 'yaml'>, LeafReader>> = {
  json: readJson,
  toml: readToml,
  ini: readIni,
  npmrc: readNpmrc,
  'option-file': readOptionFile,
  'git-config': readGitConfig,
  hcl: readHcl,
  netrc: readNetrc,
  'credential-urls': readCredentialUrls,
  pgpass: readPgpass,
  token: readTokenFile,
};

/**
 * The edits that remove leaves with their keys, or with the block or object that they're in. `undefined`: one of them can't
 * be removed without changing something else.
 */
export function planRemoval(
  format: FileFormat,
  text: string,
  leaves: readonly Leaf[],
  what: 'entry' | 'owner' = 'entry',
): readonly Edit[] | undefined {
  const ranges = leaves.map((leaf) => leaf[what]);
  if (ranges.some((range) => range === undefined)) return undefined;
  const entries = ranges as readonly Range[];
  return format === 'json' ? removeJsonMembers(text, entries) : entries.map((range) => replacement(text, range));
}
