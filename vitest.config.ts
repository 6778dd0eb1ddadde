import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { coverageLine } from './test/support/coverage-line.ts';
import { tally } from './test/support/tally.ts';

/** What types into a POSIX shell, or runs npm as one does there. test/windows has the programs in Windows' own shell. */
const posix = [
  'test/cli/**',
  'test/docs/readme.test.ts',
  'test/faults/{never-hangs,stranger}.test.ts',
  'test/package/{examples,installed,package}.test.ts',
  'test/pass/**',
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/containers/**', 'test/windows/**', ...(process.platform === 'win32' ? posix : [])],
    // One more than there are cores: most tests wait, for daemons and for children.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Shared machines stall now and then, and the daemons here are real. The tally names what took a second try.
    retry: process.env.CI ? 1 : 0,
    // Only with --coverage, as `npm test` has it.
    coverage: { include: ['src/**'], reporter: [], reportOnFailure: true },
    reporters: ['default', coverageLine(), tally],
  },
});
