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
  'test/package/without-binding.test.ts',
  'test/placement-file/**/*.test.ts',
];

const limits = { testTimeout: 60_000, hookTimeout: 60_000 };

/** For a Node for Windows: run.mjs starts it. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    reporters: ['default', tally],
    projects: [
      {
        test: {
          name: 'windows',
          include: ['test/windows/**/*.test.ts'],
          // They share the user's one Credential Manager.
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          ...limits,
        },
      },
      ...(underWine ? [{ test: { name: 'ordinary', include: ordinary, sequence: { groupOrder: 2 }, ...limits } }] : []),
    ],
  },
});
