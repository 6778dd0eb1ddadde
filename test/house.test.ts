import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** For each room of the house, the rooms that it may import from beside itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ports: ['domain'],
  app: ['ports', 'domain'],
  adapters: ['ports', 'domain'],
  composition: ['app', 'adapters', 'ports', 'domain'],
  profiles: ['domain'],
  library: ['app', 'composition', 'profiles', 'ports', 'domain'],
  cli: ['app', 'adapters', 'composition', 'profiles', 'ports', 'domain'],
};

/** The only files of cli that know the adapters. */
const composition = /^cli\/(main|cli)\.ts$/;

const slashed = (path: string) => path.replaceAll('\\', '/');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map(slashed);

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*['"]([^'"]+)['"]/gm)].map(
    ([, specifier]) => specifier ?? '',
  );
}

describe('data flows one way: cli → app → domain, and adapters plug in from outside', () => {
  test.each(files)('%s', (file) => {
    const room = file.split('/')[0] ?? '';
    expect(Object.keys(mayImport)).toContain(room);
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) {
        expect(room, `the domain imports nothing from outside, such as ${specifier}`).not.toBe('domain');
        continue;
      }
      const target = slashed(relative(source, resolve(source, dirname(file), specifier)));
      const targetRoom = target.split('/')[0] ?? '';
      expect([room, ...(mayImport[room] ?? [])], `imports ${target}`).toContain(targetRoom);
      if (targetRoom === 'adapters' && room === 'cli') expect(file).toMatch(composition);
    }
  });
});

test('one adapter does not know another, but for what src/adapters/files, keyrings and native share', () => {
  for (const file of files.filter((file) => file.startsWith('adapters/'))) {
    const own = file.split('/')[1];
    for (const specifier of importsOf(file).filter((specifier) => specifier.startsWith('.'))) {
      const [room, other] = slashed(relative(source, resolve(source, dirname(file), specifier))).split('/');
      if (room === 'adapters')
        expect([own, 'files', 'keyrings', 'native'], `${file} imports ${specifier}`).toContain(other);
    }
  }
});

test('no file but a command-line program does anything when it is imported', () => {
  expect(files.length).toBeGreaterThan(0);
  for (const file of files.filter((file) => !file.startsWith('cli/'))) {
    expect(readFileSync(join(source, file), 'utf8'), file).not.toMatch(/^(?:await\b|process\.)/m);
  }
});
