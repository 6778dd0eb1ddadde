import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { coverageLine } from './test/support/coverage-line.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { patienceMs } from './test/support/patience.ts';
import { tally } from './test/support/tally.ts';

/** What types into a POSIX shell, or runs npm as in one. test/windows has the programs in Windows' own shell. */
const posix = [
  'test/bundling/**',
  'test/cli/**',
  'test/docs/{protocols.slow,readme}.test.ts',
  'test/faults/{never-hangs,testing-package}.slow.test.ts',
  'test/package/{examples,installed,package}.slow.test.ts',
  'test/pass/**',
  'test/setup/git.test.ts',
];
const exclude = [
  'test/clients/**',
  'test/containers/**',
  'test/windows/**',
  ...(process.platform === 'win32' ? posix : []),
];

const slow = 'test/**/*.slow.test.ts';

export default defineConfig({
  test: {
    // `npm test`, `npm run test:slow` and `npm run test:clients` run one project each, `npx vitest run PATHS` all.
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, slow],
          // A new process for each file would add a third to the time.
          isolate: false,
          setupFiles: ['test/support/setup.ts'],
        },
      },
      { extends: true, test: { name: 'slow', include: [slow], exclude, provide: { slow: true } } },
      {
        extends: true,
        test: {
          name: 'clients',
          include: ['test/clients/**/*.client.test.ts'],
          globalSetup: ['test/clients/support/npm-clients.ts'],
          provide: { slow: true },
        },
      },
    ],
    // One more than there are cores: most tests wait, for daemons and for children.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    // Long enough for a machine that is busy with something else: a transcript runs twenty programs, watched by strace.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: patienceMs } },
    // With `--coverage` only.
    coverage: { include: ['src/**'], reporter: [], reportOnFailure: true },
    reporters: ['default', coverageLine(), tally],
  },
});
