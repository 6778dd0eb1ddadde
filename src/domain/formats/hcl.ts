import { lineAt } from '../text/lines.ts';
import type { Leaf, LeafReader, Range } from './leaf.ts';

/**
 * Reads the part of HCL that Terraform's CLI configuration is written in: blocks with labels, and attributes. The `entry` of a
 * string is its line, and its `owner` the whole block, if nothing else is on those lines.
 */
export const readHcl: LeafReader = (text) => {
  const leaves: Leaf[] = [];
  const blocks: { readonly path: readonly string[]; readonly start: number; readonly first: number }[] = [];
  const token =
    /\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|([A-Za-z_][\w-]*)|"([^"\\\n]*(?:\\.[^"\\\n]*)*)"|([{}=[\],])|([\d.-]+)/y;
  let words: { readonly text: string; readonly start: number; readonly isString: boolean }[] = [];
  let isValue = false;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) return { line: lineAt(text, at) };
    const [, word, string, symbol, number] = match;
    if (word === undefined && string === undefined && symbol === undefined && number === undefined) {
      if (match[0].includes('\n') && isValue) [words, isValue] = [[], false];
      continue;
    }
    const inner = blocks.at(-1)?.path ?? [];
    if (symbol === '=') isValue = true;
    else if (symbol === '{') {
      blocks.push({
        path: [...inner, ...words.map(({ text }) => text)],
        start: words[0]?.start ?? at,
        first: leaves.length,
      });
      [words, isValue] = [[], false];
    } else if (symbol === '}') {
      const block = blocks.pop();
      if (block === undefined) return { line: lineAt(text, at) };
      const owner = findWholeLines(text, { start: block.start, end: at + 1 });
      for (let index = block.first; index < leaves.length; index++) {
        const leaf = leaves[index] as Leaf;
        if (owner !== undefined && leaf.owner === undefined) leaves[index] = { ...leaf, owner };
      }
      [words, isValue] = [[], false];
    } else if (symbol === undefined && isValue) {
      const [key] = words;
      if (string === undefined || key === undefined) continue;
      const entry = findWholeLines(text, { start: key.start, end: token.lastIndex });
      const range = { start: at + 1, end: token.lastIndex - 1 };
      leaves.push({ path: [...inner, key.text], value: decodeEscapes(string), range, ...(entry && { entry }) });
    } else if (symbol === undefined) {
      words.push({
        text: string === undefined ? (word ?? '') : decodeEscapes(string),
        start: at,
        isString: string !== undefined,
      });
    }
  }
  return blocks.length > 0 ? { line: lineAt(text, text.length) } : leaves;
};

function decodeEscapes(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);
}

/** The lines that a range covers, or `undefined` if something else than spaces and a comment is on them. */
function findWholeLines(text: string, { start, end }: Range): Range | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  const lineEnd = newline < 0 ? text.length : newline + 1;
  if (text.slice(lineStart, start).trim() !== '') return undefined;
  return /^\s*(#.*|\/\/.*)?\s*$/.test(text.slice(end, lineEnd)) ? { start: lineStart, end: lineEnd } : undefined;
}
