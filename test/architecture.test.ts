import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../src');

/** The layers that each layer may import from, besides itself. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  ports: ['domain'],
  app: ['ports', 'domain'],
  adapters: ['ports', 'domain'],
  composition: ['app', 'adapters', 'ports', 'domain'],
  profiles: ['domain'],
  library: ['app', 'composition', 'profiles', 'ports', 'domain'],
  cli: ['app', 'adapters', 'composition', 'profiles', 'ports', 'domain'],
};

/** The only files of cli that may import adapters. */
const wiringFiles = /^cli\/(main|cli)\.ts$/;

/** Adapters that other adapters may import: they hold shared code. */
const sharedAdapters = ['files', 'keyrings', 'native', 'process', 'yaml'];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map(toPosixPath);

function toPosixPath(path: string): string {
  return path.replaceAll('\\', '/');
}

/** Returns the module specifiers that a file imports, statically or dynamically. */
function findSpecifiers(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*['"]([^'"]+)['"]/gm)].map(
    ([, specifier]) => specifier ?? '',
  );
}

/** Returns the files of src that a file imports. */
function findImports(file: string): string[] {
  return findSpecifiers(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => toPosixPath(relative(source, resolve(source, dirname(file), specifier))));
}

describe('dependencies point one way: cli → app → domain, with adapters plugged in from outside', () => {
  test.each(files)('%s', (file) => {
    const [layer = ''] = file.split('/');
    expect(Object.keys(allowedImports)).toContain(layer);
    for (const target of findImports(file)) {
      const [targetLayer] = target.split('/');
      expect([layer, ...(allowedImports[layer] ?? [])], `imports ${target}`).toContain(targetLayer);
      if (targetLayer === 'adapters' && layer === 'cli') expect(file).toMatch(wiringFiles);
    }
  });

  test('the domain imports no package', () => {
    const packages = files
      .filter((file) => file.startsWith('domain/'))
      .flatMap((file) => findSpecifiers(file).filter((specifier) => !specifier.startsWith('.')));
    expect(packages).toEqual([]);
  });
});

test(`an adapter imports no other adapter except ${sharedAdapters.join(', ')}`, () => {
  for (const file of files.filter((file) => file.startsWith('adapters/'))) {
    const own = file.split('/')[1];
    for (const target of findImports(file)) {
      const [layer, other] = target.split('/');
      if (layer === 'adapters') expect([own, ...sharedAdapters], `${file} imports ${target}`).toContain(other);
    }
  }
});

test('no module imports itself through its imports, types included, except by import()', () => {
  const imports = new Map(
    files.map((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      const specifiers = [...text.matchAll(/^(?:import|export)\s[\w\s{},*]*\sfrom\s['"](\.[^'"]+)['"]/gm)].map(
        ([, name = '']) => name,
      );
      return [file, specifiers.map((name) => toPosixPath(relative(source, resolve(source, dirname(file), name))))];
    }),
  );
  const findCycle = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path, file];
    for (const target of imports.get(file) ?? []) {
      const cycle = findCycle(target, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    imports.set(file, []);
    return undefined;
  };
  for (const file of files) expect(findCycle(file, [])).toBeUndefined();
});

/** The library's options extend those of the use cases and ports that it calls; the readers belong to one store each. */
const sharedNames = ['OperationOptions', 'ReaderOptions', 'TokenOptions', 'UpdateOptions'];

test('two modules export a type of the same name only if it means the same', () => {
  const names = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/^export (?:interface|type|class) (\w+)/gm)].map(
      ([, name = '']) => name,
    ),
  );
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  expect([...new Set(repeated)].sort()).toEqual(sharedNames);
});

test('importing a module has no side effects, except for the command-line programs', () => {
  expect(files.length).toBeGreaterThan(0);
  for (const file of files.filter((file) => !file.startsWith('cli/'))) {
    expect(readFileSync(join(source, file), 'utf8'), file).not.toMatch(/^(?:await\b|process\.)/m);
  }
});

test('src has at most 340 files, a folder at most 14, and no file is longer than 300 lines', () => {
  const countLines = (file: string) => readFileSync(join(source, file), 'utf8').split('\n').length - 1;
  const countNeighbours = (file: string) => files.filter((other) => dirname(other) === dirname(file)).length;
  expect(files.filter((file) => countLines(file) > 300)).toEqual([]);
  expect(files.filter((file) => countNeighbours(file) > 14)).toEqual([]);
  expect(files.length).toBeLessThanOrEqual(340);
});

describe('code that other programs embed runs in any realm, and with fake timers', () => {
  const embedded = files.filter((file) => !/^cli\/|\/sign-in\//.test(file));
  const ownClasses = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(/\bclass (\w+)/g)].map(([, name]) => name),
  );

  test.each(embedded)('%s', (file) => {
    const code = readFileSync(join(source, file), 'utf8').replaceAll(/\/\*\*.*?\*\/|\/\/[^\n]*/gs, '');
    // Node's modules return errors and bytes of another realm in Jest and in vmThreads.
    for (const [, name] of code.matchAll(/\binstanceof ([\w.]+)/g)) expect(ownClasses).toContain(name);
    expect(code).not.toMatch(/\.constructor\s*===?/);
    if (file === 'adapters/process/timers.ts') return;
    expect(code).not.toMatch(/(?<![.\w])(set|clear)(Timeout|Interval|Immediate)\(|node:timers|queueMicrotask\(/);
    expect(code).not.toMatch(/process\.(nextTick|hrtime)|performance\.now|Date\.now/);
  });
});
