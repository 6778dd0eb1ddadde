import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { patienceMs } from '../support/patience.ts';
import { tally } from '../support/tally.ts';
import { underWine } from '../support/under-wine.ts';

/** Tests of other folders that depend on the platform. On Windows itself, `npm test` runs all of them. */
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

/** Long enough for a busy machine. */
const limits = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: patienceMs } } };

/** The tests of this folder share the user's Credential Manager. */
const sequential = { maxWorkers: 1, ...limits };

const transcripts = 'test/windows/transcripts.test.ts';

/** Used by a Node for Windows. run.mjs starts it, and refers to the project names. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    reporters: ['default', tally],
    projects: [
      { test: { name: 'stores', include: ['test/windows/**/*.test.ts'], exclude: [transcripts], ...sequential } },
      { test: { name: 'transcripts', include: [transcripts], ...sequential } },
      ...(underWine
        ? [{ test: { name: 'ordinary', include: ordinary, setupFiles: ['test/support/setup.ts'], ...limits } }]
        : []),
    ],
  },
});
