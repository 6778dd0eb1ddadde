import { splitLines } from '../text/lines.ts';
import type { FormatFault, Leaf, LeafReader } from './leaf.ts';

/**
 * Reads the part of TOML 1.0 that credential files are written in: tables, dotted keys, strings on one line, and inline
 * tables on one line. Values of other types are skipped; a string of several lines is a fault.
 */
export const readToml: LeafReader = (text) => {
  const leaves: Leaf[] = [];
  const counts = new Map<string, number>();
  let table: readonly string[] = [];
  /** How many brackets of an array that continues on the next lines are open. */
  let depth = 0;
  for (const [index, { text: line, start, next }] of splitLines(text).entries()) {
    if (depth > 0) {
      depth += countBrackets(line);
      continue;
    }
    if (/^\s*(#|$)/.test(line)) continue;
    const header = /^\s*(\[\[?)\s*(.+?)\s*(\]\]?)\s*(#.*)?$/.exec(line);
    if (header !== null && header[1]?.length === header[3]?.length) {
      const keys = parseKeys(header[2] ?? '');
      if (keys === undefined || keys.rest !== '') return fault(index);
      const name = keys.path.join('\0');
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      table = header[1] === '[[' ? [...keys.path, `${count}`] : keys.path;
      continue;
    }
    const found = parsePair(line, 0, table);
    if (found === undefined) return fault(index);
    depth = found.open;
    const isAlone = found.leaves.length === 1 && found.open === 0 && found.isPlain;
    for (const { range, ...leaf } of found.leaves) {
      leaves.push({
        ...leaf,
        range: { start: start + range.start, end: start + range.end },
        ...(isAlone && { entry: { start, end: next } }),
      });
    }
  }
  return leaves;
};

function fault(index: number): FormatFault {
  return { line: index + 1 };
}

interface Pairs {
  readonly leaves: readonly Leaf[];
  /** Whether the value is a string rather than an inline table. */
  readonly isPlain: boolean;
  readonly open: number;
  readonly end: number;
}

function parsePair(line: string, from: number, table: readonly string[]): Pairs | undefined {
  const keys = parseKeys(line.slice(from));
  const [equals] = /^\s*=\s*/.exec(keys?.rest ?? '') ?? [];
  if (keys === undefined || equals === undefined) return undefined;
  const at = line.length - keys.rest.length + equals.length;
  const path = [...table, ...keys.path];
  const rest = line.slice(at);
  if (/^("""|''')/.test(rest)) return undefined;
  const string = parseString(rest);
  if (string !== undefined) {
    const range = { start: at + 1, end: at + string.length - 1 };
    return { leaves: [{ path, value: string.value, range }], isPlain: true, open: 0, end: at + string.length };
  }
  if (rest.startsWith('{')) return parseInlineTable(line, at, path);
  const [plain = ''] = /^[^\s,}#"'[{]+/.exec(rest) ?? [];
  if (plain !== '') return { leaves: [], isPlain: true, open: 0, end: at + plain.length };
  return rest.startsWith('[')
    ? { leaves: [], isPlain: true, open: Math.max(0, countBrackets(rest)), end: line.length }
    : undefined;
}

function parseInlineTable(line: string, from: number, path: readonly string[]): Pairs | undefined {
  const leaves: Leaf[] = [];
  let at = from + 1;
  for (;;) {
    const [close] = /^\s*\}/.exec(line.slice(at)) ?? [];
    if (close !== undefined) return { leaves, isPlain: false, open: 0, end: at + close.length };
    const pair = parsePair(line, at, path);
    if (pair === undefined || pair.end <= at) return undefined;
    leaves.push(...pair.leaves);
    at = pair.end + (/^\s*,/.exec(line.slice(pair.end))?.[0].length ?? 0);
  }
}

/** Parses `a."b c".d` at the beginning of a text. */
function parseKeys(text: string): { readonly path: readonly string[]; readonly rest: string } | undefined {
  const path: string[] = [];
  let rest = text.trimStart();
  for (;;) {
    const string = parseString(rest);
    const [bare = ''] = /^[\w-]+/.exec(rest) ?? [];
    if (string === undefined && bare === '') return undefined;
    path.push(string?.value ?? bare);
    rest = rest.slice(string?.length ?? bare.length);
    const [dot] = /^\s*\.\s*/.exec(rest) ?? [];
    if (dot === undefined) return { path, rest };
    rest = rest.slice(dot.length);
  }
}

function parseString(text: string): { readonly value: string; readonly length: number } | undefined {
  const [literal, inner] = /^'([^']*)'/.exec(text) ?? [];
  if (literal !== undefined) return { value: inner ?? '', length: literal.length };
  const [basic, escaped = ''] = /^"([^"\\]*(?:\\.[^"\\]*)*)"/.exec(text) ?? [];
  return basic === undefined ? undefined : { value: decodeEscapes(escaped), length: basic.length };
}

function decodeEscapes(text: string): string {
  return text.replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/g, (_, short, long, letter: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    if (letter !== undefined) return escapes[letter] ?? letter;
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' };

function countBrackets(line: string): number {
  const code = line.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|'[^']*'|#.*/g, '');
  return code.split('[').length - code.split(']').length;
}
