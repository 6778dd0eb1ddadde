import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Every test in the tree as `FILE › TITLE`: the file below test/, the title as it is written, `%s` and all. */
export function testTitles(): ReadonlySet<string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  return new Set(
    files.flatMap((file) => {
      const titles = titlesOf(file);
      return titles.map((title) => `${file} › ${title}`);
    }),
  );
}

function titlesOf(file: string): readonly string[] {
  const read = () => readFileSync(join(root, file), 'utf8');
  if (/^(cli|windows)\/transcripts\/[^/]+\.txt$/.test(file)) return transcriptTitle(read());
  return file.endsWith('.ts') ? sourceTitles(read()) : [];
}

/** A transcript's title is its first comment. */
function transcriptTitle(text: string): readonly string[] {
  const [, title] = /^# (.*)$/m.exec(text) ?? [];
  return title === undefined ? [] : [title];
}

/** In each statement that begins with `test` or `law`, the literal that is the first argument of its last call. */
export function sourceTitles(text: string): readonly string[] {
  return text
    .split(/^\s*(?=(?:test|law|describe\w*)\b[.(])/m)
    .filter((statement) => /^(test|law)\b/.test(statement))
    .flatMap((statement) => {
      const [, , literal] = /(?:^(?:test|law)|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\\n])*)\1\s*,/.exec(statement) ?? [];
      return literal === undefined ? [] : [literal.replace(/\\(.)/g, '$1')];
    });
}
