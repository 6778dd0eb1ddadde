import { type Edit, replacement } from '../formats/edits.ts';
import { readGitConfig } from '../formats/git-config.ts';
import { readHcl } from '../formats/hcl.ts';
import { readIni, readNpmrc, readOptionFile } from '../formats/ini.ts';
import { readJson, removeJsonMembers } from '../formats/json.ts';
import type { Leaf, LeafReader, Range } from '../formats/leaf.ts';
import { readCredentialUrls, readNetrc, readPgpass, readTokenFile } from '../formats/lines.ts';
import { readToml } from '../formats/toml.ts';
import { byteOrderMark } from '../text/lines.ts';
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

/** Why a file isn't text that can be examined. */
export type EncodingProblem = 'utf-16' | 'binary' | 'not-utf-8';

/** What a text file has that makes `--move` leave it alone. */
export type TextOddity = 'byte-order-mark' | 'carriage-returns';

/**
 * Finds what speaks against reading bytes as UTF-8 text. UTF-16, with a byte order mark or without, is recognised by the zero
 * bytes of its ASCII characters.
 */
export function findEncodingProblem(bytes: Uint8Array): Exclude<EncodingProblem, 'not-utf-8'> | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'utf-16';
  const zeros: number[] = [];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return undefined;
  const half = bytes.length / 2;
  return (even === 0 && odd > half * 0.7) || (odd === 0 && even > half * 0.7) ? 'utf-16' : 'binary';
}

/** Finds what a tool may understand differently than keystow, so that the file is only reported. */
export function findTextOddity(text: string): TextOddity | undefined {
  if (text.startsWith(byteOrderMark)) return 'byte-order-mark';
  return text.includes('\r') ? 'carriage-returns' : undefined;
}
