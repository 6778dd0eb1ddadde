import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { tally } from '../support/tally.ts';
import { underWine } from '../support/under-wine.ts';

/** Of the other suites, those that meet the platform. On Windows itself `npm test` has them all. */
const ordinary = [
  'test/app/**/*.test.ts',
  'test/contract/{encrypted-file,memory}.test.ts',
  'test/dify/**/*.test.ts',
  'test/docs/prebuilds.test.ts',
  'test/encrypted-file/{document,files,place-guards,sealing}.test.ts',
  'test/library/**/*.test.ts',
  'test/native/binding.test.ts',
  'test/oauth/{ending,sign-in}.test.ts',
  'test/package/without-binding.slow.test.ts',
  'test/placement-file/**/*.test.ts',
];

/** Long enough for a machine that does much else meanwhile. The tally names what took a second try. */
const limits = { testTimeout: 180_000, hookTimeout: 180_000, retry: 1 };

/** The files of this folder share the user's one Credential Manager. */
const inTurn = { maxWorkers: 1, ...limits };

const transcripts = 'test/windows/transcripts.test.ts';

/** For a Node for Windows. run.mjs starts it, and knows the names. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    reporters: ['default', tally],
    projects: [
      { test: { name: 'stores', include: ['test/windows/**/*.test.ts'], exclude: [transcripts], ...inTurn } },
      { test: { name: 'transcripts', include: [transcripts], ...inTurn } },
      ...(underWine ? [{ test: { name: 'ordinary', include: ordinary, ...limits } }] : []),
    ],
  },
});
