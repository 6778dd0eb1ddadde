import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const rooms = ['.ci', '.github', 'bench', 'docker', 'docs', 'examples', 'scripts', 'src', 'test'];
const there = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((path) =>
    join(room, path).replaceAll('\\', '/'),
  ),
);

/** `src/domain/selection/*.ts` names every file that it fits, and has to fit one. */
function isThere(path: string): boolean {
  const pattern = path.replace(/\/$/, '').replaceAll('.', '\\.').replaceAll('*', '[^/]*');
  return [...rooms, ...there].some((file) => new RegExp(`^${pattern}$`).test(file));
}

test('the architecture names every file that reads or changes the process, or its folder', () => {
  const [, process = ''] = readFileSync(join(root, 'docs/architecture.md'), 'utf8').split('## The process');
  const users = there.filter((path) => {
    if (!/^src\/.*\.ts$/.test(path)) return false;
    const code = readFileSync(join(root, path), 'utf8').replaceAll(/\/\*\*.*?\*\/|\/\/[^\n]*/gs, '');
    return /\bprocess\.(?:env|argv|stdin|stdout|stderr|exit|exitCode|on|once|kill|cwd)\b|= process\.env/.test(code);
  });
  expect(users).toContain('src/cli/main.ts');
  expect(
    users.filter((path) => !process.includes(`\`${path}\``) && !process.includes(`\`${dirname(path)}/\``)),
  ).toEqual([]);
});

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'].concat(
  there.filter((path) => /^(docs|examples|docker)\/.*\.md$/.test(path)),
);

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');

  test('names no file of the project that is not there', () => {
    const named = [...text.matchAll(/`((?:\.ci|\.github|bench|docker|docs|examples|scripts|src|test)\/[\w./*-]*)`/g)];
    expect(named.map(([, path = '']) => path).filter((path) => !isThere(path))).toEqual([]);
  });

  test('links to no page that is not there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([]);
  });
});
