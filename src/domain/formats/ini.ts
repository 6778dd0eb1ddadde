import { type Line, splitLines } from '../text/lines.ts';
import type { FormatFault, Leaf, LeafReader } from './leaf.ts';

interface Dialect {
  /** Whether keys may come before the first section, and have no value (npm's `ini`). */
  readonly allowsLooseKeys: boolean;
  /** Whether an indented line continues the value above it (Python's configparser). */
  readonly continues: boolean;
  readonly separator: RegExp;
}

/** Python's configparser, as the AWS CLI, twine and pip use it. Keys are in lower case. */
export const readIni: LeafReader = (text) =>
  readLines(text, { allowsLooseKeys: false, continues: true, separator: /\s*[=:]\s*/ });

/** npm's `ini`. The first `=` separates, because keys contain colons: `//registry.npmjs.org/:_authToken`. */
export const readNpmrc: LeafReader = (text) =>
  readLines(text, { allowsLooseKeys: true, continues: false, separator: /\s*=\s*/ });

/** MySQL's option files: keys without a value, and values in quotation marks. */
export const readOptionFile: LeafReader = (text) =>
  readLines(text, { allowsLooseKeys: true, continues: false, separator: /\s*=\s*/ });

function readLines(text: string, dialect: Dialect): readonly Leaf[] | FormatFault {
  const leaves: Leaf[] = [];
  let section: readonly string[] | undefined = dialect.allowsLooseKeys ? [] : undefined;
  let last: readonly string[] | undefined;
  for (const [index, line] of splitLines(text).entries()) {
    const trimmed = line.text.trim();
    if (trimmed === '' || /^[#;!]/.test(trimmed)) continue;
    if (dialect.continues && last !== undefined && /^\s/.test(line.text)) {
      leaves.push({ path: last, value: trimmed, range: findTrimmed(line, 0) });
      continue;
    }
    const [, name] = /^\[([^\]]*)\]/.exec(trimmed) ?? [];
    if (name !== undefined) {
      section = [name.trim()];
      last = undefined;
      continue;
    }
    if (section === undefined) return { line: index + 1 };
    const match = dialect.separator.exec(line.text);
    if (match === null || match.index === 0) {
      if (dialect.allowsLooseKeys) continue;
      return { line: index + 1 };
    }
    const key = line.text.slice(0, match.index).trim();
    last = [...section, dialect.continues ? key.toLowerCase() : key];
    leaves.push(unquote(line, last, match.index + match[0].length));
  }
  return leaves.map((leaf, index) => (isContinued(leaf, leaves[index + 1]) ? withoutEntry(leaf) : leaf));
}

function unquote(line: Line, path: readonly string[], from: number): Leaf {
  const { start, end } = findTrimmed(line, from);
  const value = line.text.slice(start - line.start, end - line.start);
  const isQuoted = value.length > 1 && /^(["']).*\1$/.test(value);
  return {
    path,
    value: isQuoted ? value.slice(1, -1) : value,
    range: isQuoted ? { start: start + 1, end: end - 1 } : { start, end },
    entry: { start: line.start, end: line.next },
  };
}

function findTrimmed({ text, start }: Line, from: number) {
  const rest = text.slice(from);
  const leading = rest.length - rest.trimStart().length;
  return { start: start + from + leading, end: start + from + leading + rest.trim().length };
}

/** Without its first line, the others would continue the key above. */
function isContinued(leaf: Leaf, next: Leaf | undefined): boolean {
  return next !== undefined && next.entry === undefined && next.path === leaf.path;
}

function withoutEntry({ path, value, range }: Leaf): Leaf {
  return { path, value, range };
}
