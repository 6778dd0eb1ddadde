import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const declarations = resolve(import.meta.dirname, '../dist/declarations');

/** Where the generated part of the page begins. The tasks above it are written by hand. */
export const referenceStart = '<!-- Generated from the comments in src by `npm run docs:api`. -->\n';

/**
 * Renders the declarations of an entry of the package as a reference with one section for each export. Leaves out the
 * functions that `other` exports too, which have a page of their own.
 */
export function renderReference(entry: string, other: string): string {
  const [, ...blocks] = readBlocks(entry);
  const functions = readBlocks(other).flatMap((block) => /export declare function \w+\(/.exec(block) ?? []);
  const sections = blocks.flatMap((block) => {
    const [, comment = '', declaration = ''] = /^(\/\*\*.*?\*\/)?\s*(export declare .*)$/s.exec(block) ?? [];
    const [, kind = '', name = ''] = /^export declare (?:abstract )?(\w+) (\w+)/.exec(declaration) ?? [];
    if (!name || functions.some((start) => declaration.startsWith(start))) return [];
    return [{ rank: kinds.indexOf(kind), name, comment, declaration }];
  });
  sections.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  return [
    referenceStart,
    ...sections.map(({ name, comment, declaration }) => {
      const code = ['```ts', declaration.replace(/^export declare /, ''), '```'].join('\n');
      return [`### ${name}\n`, ...(comment ? [`${renderComment(comment)}\n`] : []), `${code}\n`].join('\n');
    }),
  ].join('\n');
}

/** The kinds of declarations, in the order of the page. */
const kinds = ['function', 'class', 'interface', 'type', 'const'];

/** A declaration with its comment, which API Extractor separates by blank lines. */
function readBlocks(entry: string): string[] {
  const text = readFileSync(join(declarations, `${entry}.d.mts`), 'utf8')
    .replaceAll('\r\n', '\n')
    .replace(/^\/\/\/.*\n+/, '');
  return text.split(/\n\n(?=\/\*\*|declare |export )/).map((block) => block.trim());
}

/** Converts a doc comment to Markdown. Links to a member go to the section of its type. */
function renderComment(comment: string): string {
  return comment
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/@packageDocumentation\s*/, '')
    .replace(/\{@link ((\w+)[\w.]*)\}/g, '[$1](#$2)')
    .replace(/\]\(#(\w+)\)/g, (_, name: string) => `](#${name.toLowerCase()})`)
    .trim();
}
