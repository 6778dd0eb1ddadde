import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const declarations = resolve(import.meta.dirname, '../dist/declarations');

/**
 * The declarations of an entry as a page: one section for each thing that it exports, in the words of its comment, but
 * for the functions that `other` exports too: those have a page of their own.
 */
export function drawApi(entry: string, title: string, other?: string): string {
  const [summary = '', ...rest] = partsOf(entry);
  const elsewhere =
    other === undefined ? [] : partsOf(other).flatMap((part) => /^export declare function \w+/.exec(part) ?? []);
  const sections = joinComments(rest).flatMap((part) => {
    const [, comment = '', declaration = ''] = /^(\/\*\*.*?\*\/)?\s*(export declare .*)$/s.exec(part) ?? [];
    const [, kind = '', name = ''] = /^export declare (?:abstract )?(\w+) (\w+)/.exec(declaration) ?? [];
    if (elsewhere.some((start) => declaration.startsWith(`${start}(`))) return [];
    return name ? [{ rank: ranks.indexOf(kind), name, comment, declaration }] : [];
  });
  sections.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  return [
    `# ${title}\n`,
    '<!-- Drawn from the comments in src by `npm run docs:api`. -->\n',
    `${proseOf(summary)}\n`,
    ...sections.map(({ name, comment, declaration }) => {
      const code = ['```ts', declaration.replace(/^export declare /, ''), '```'].join('\n');
      return [`## ${name}\n`, ...(comment ? [`${proseOf(comment)}\n`] : []), `${code}\n`].join('\n');
    }),
  ].join('\n');
}

function partsOf(entry: string): string[] {
  const text = readFileSync(join(declarations, `${entry}.d.mts`), 'utf8');
  return text.split(/^(?=\/\*\*|(?:export )?declare |export )/m).map((part) => part.trim());
}

/** What is called first, then what it takes and gives. */
const ranks = ['function', 'class', 'interface', 'type', 'const'];

/** A comment belongs to the declaration after it. */
function joinComments(parts: readonly string[]): string[] {
  return parts.flatMap((part, index) => {
    if (part.startsWith('/**')) return index + 1 < parts.length ? [] : [part];
    const before = parts[index - 1] ?? '';
    return [before.startsWith('/**') ? `${before}\n${part}` : part];
  });
}

function proseOf(comment: string): string {
  return comment
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/@packageDocumentation\s*/, '')
    .replace(/\{@link ((\w+)[\w.]*)\}/g, '[$1](#$2)')
    .replace(/\]\(#(\w+)\)/g, (_, name: string) => `](#${name.toLowerCase()})`)
    .trim();
}
