import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { needs, needsLinux } from '../support/needs.ts';
import { NpmProject, needsRegistry } from '../support/npm-project.ts';

const dependencies = [
  'jest@30.5.2',
  'jest-environment-jsdom@30.5.2',
  'vitest@4.1.12',
  'mocha@12.0.3',
  'sinon@22.1.0',
] as const;

/** How a test gets keystow. */
const loads = {
  import: "import * as keystow from 'keystow';",
  require: "import { createRequire } from 'node:module';\nconst keystow = createRequire(import.meta.url)('keystow');",
};

/** The tests of a project: with real timers, with fakes that are installed later, and with fakes that are there first. */
const files: Readonly<Record<string, string>> = {
  'jest/operations.test.js': `
    const { performOperations } = require('../operations.cjs');
    const keystow = require('keystow');
    const storage = process.env.TESTED_STORAGE;
    afterEach(() => jest.useRealTimers());
    test('real timers', () => performOperations(keystow, storage), 60_000);
    test('fake timers', () => {
      jest.useFakeTimers();
      return performOperations(keystow, storage);
    }, 60_000);
    test('a store in memory', async () => {
      const { createMemoryStore } = require('keystow/testing');
      const store = await keystow.openCredentialStore({ application: 'acme', stores: [createMemoryStore()] });
      await store.setJson('demo', 'alice', { token: 's3cret' });
      expect(await store.getJson('demo', 'alice')).toEqual({ token: 's3cret' });
      await store.setToken('demo', 'bob', { access_token: 'old', expires_in: 0 });
      const refresh = async () => ({ access_token: 'new', expires_in: 3600 });
      expect(await store.token('demo', 'bob', { refresh })).toBe('new');
      await store.close();
    });
    test('fake timers first', () => {
      jest.resetModules();
      jest.useFakeTimers();
      return performOperations(require('keystow'), storage);
    }, 60_000);`,
  'jest/operations.esm.test.mjs': `
    import { jest } from '@jest/globals';
    import * as keystow from 'keystow';
    import { performOperations } from '../operations.cjs';
    const storage = process.env.TESTED_STORAGE;
    test('real timers', () => performOperations(keystow, storage), 60_000);
    test('fake timers', async () => {
      jest.useFakeTimers();
      await performOperations(keystow, storage);
      jest.useRealTimers();
    }, 60_000);`,
  ...Object.fromEntries(
    Object.entries(loads).map(([name, load]) => [
      `vitest-${name}/operations.test.mjs`,
      `${load}
    import { afterEach, test, vi } from 'vitest';
    import { performOperations } from '../operations.cjs';
    const storage = process.env.TESTED_STORAGE;
    afterEach(() => vi.useRealTimers());
    test('real timers', () => performOperations(keystow, storage), 60_000);
    test('fake timers', () => {
      vi.useFakeTimers();
      return performOperations(keystow, storage);
    }, 60_000);
    test('fake timers first', async () => {
      vi.resetModules();
      vi.useFakeTimers();
      await performOperations(await import('keystow'), storage);
    }, 60_000);`,
    ]),
  ),
  'mocha/operations.cjs': `
    const { useFakeTimers } = require('sinon');
    const { performOperations } = require('../operations.cjs');
    const early = process.env.FAKES_FIRST ? useFakeTimers() : undefined;
    const keystow = require('keystow');
    early?.restore();
    const storage = process.env.TESTED_STORAGE;
    it('real timers', () => performOperations(keystow, storage)).timeout(60_000);
    it('fake timers', async () => {
      const clock = useFakeTimers();
      try {
        await performOperations(keystow, storage);
      } finally {
        clock.restore();
      }
    }).timeout(60_000);`,
  'node-test/operations.test.mjs': `
    import { mock, test } from 'node:test';
    import { performOperations } from '../operations.cjs';
    if (process.env.FAKES_FIRST) mock.timers.enable();
    const keystow = await import('keystow');
    mock.timers.reset();
    const storage = process.env.TESTED_STORAGE;
    test('real timers', { timeout: 60_000 }, () => performOperations(keystow, storage));
    test('fake timers', { timeout: 60_000 }, async () => {
      mock.timers.enable();
      await performOperations(keystow, storage);
      mock.timers.reset();
    });`,
};

const node = (...args: readonly string[]) => [process.execPath, ...args];
const jest = (...args: readonly string[]) => node('node_modules/jest/bin/jest.js', '--rootDir=jest', ...args);
const vitest = (pool: string, load: keyof typeof loads) =>
  node('node_modules/vitest/vitest.mjs', 'run', `--root=vitest-${load}`, `--pool=${pool}`);
const fakesFirst = { FAKES_FIRST: '1' };

/** Command lines, with variables, and what the output says if every test has passed. */
type Runner = readonly [string, readonly string[], string, Readonly<Record<string, string>>?];

const runners: readonly Runner[] = [
  ['Jest', jest('--testMatch=**/*.test.js', '--env=node'), '4 passed, 4 total'],
  ['Jest with jsdom', jest('--testMatch=**/*.test.js', '--env=jsdom'), '4 passed, 4 total'],
  [
    'Jest with ES modules',
    jest('--testMatch=**/*.esm.test.mjs', '--env=node'),
    '2 passed, 2 total',
    { NODE_OPTIONS: '--experimental-vm-modules' },
  ],
  ...['threads', 'forks', 'vmThreads', 'vmForks'].flatMap((pool) =>
    (['import', 'require'] as const).map(
      (load) => [`vitest ${pool}, by ${load}`, vitest(pool, load), '3 passed (3)'] as const,
    ),
  ),
  ['mocha and sinon', node('node_modules/mocha/bin/mocha.js', 'mocha/operations.cjs'), '2 passing'],
  [
    'mocha and sinon, fakes first',
    node('node_modules/mocha/bin/mocha.js', 'mocha/operations.cjs'),
    '2 passing',
    fakesFirst,
  ],
  ['node:test', node('--test', '--test-reporter=tap', 'node-test/operations.test.mjs'), '# pass 2'],
  [
    'node:test, fakes first',
    node('--test', '--test-reporter=tap', 'node-test/operations.test.mjs'),
    '# pass 2',
    fakesFirst,
  ],
];

const named = runners.map((runner) => ({ name: runner[0], runner }));

describe(
  '[RUN1] every operation works in a test, whatever its realm and with fake timers',
  needsRegistry('jest'),
  () => {
    let project: NpmProject;
    let keyring: GnomeKeyring | undefined;
    beforeAll(async () => {
      project = new NpmProject(dependencies);
      project.write('operations.cjs', readFileSync(join(import.meta.dirname, 'operations.cjs'), 'utf8'));
      for (const [name, text] of Object.entries(files)) project.write(name, text);
      keyring = missing() === undefined ? await startGnomeKeyring('unlocked') : undefined;
    });
    afterAll(async () => {
      await keyring?.stop();
      project.remove();
    });

    const expectPassed = ([, command, summary, variables]: Runner, storage: string) => {
      const home = { PATH: process.env.PATH, HOME: project.folder, XDG_CONFIG_HOME: join(project.folder, storage) };
      const environment =
        keyring === undefined ? home : { ...keyring.environment, XDG_CONFIG_HOME: home.XDG_CONFIG_HOME };
      const env = { ...environment, ...variables, NO_COLOR: '1', TESTED_STORAGE: storage };
      const { stdout, stderr, exit } = project.run(command, env);
      expect({ output: stdout + stderr, exit }).toEqual({ output: expect.stringContaining(summary), exit: 0 });
    };

    test.each(named)('in the file: $name', ({ runner }) => expectPassed(runner, 'file'));

    describe('in gnome-keyring', { ...needsLinux, ...needs(missing() === undefined, 'gnome-keyring') }, () => {
      test.each(named)('$name', ({ runner }) => expectPassed(runner, 'keychain'));
    });
  },
);
