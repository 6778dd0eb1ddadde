import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { importFailures } from './import-failures.ts';
import subjects from './subjects.json' with { type: 'json' };

interface Subject {
  readonly tests: string[];
  readonly timeoutMs?: number;
  /**
   * Mutated files that the code loads when it first wants them: loaded before the tests, or else Stryker takes all that
   * is done once in them for a matter of the one test that happened to be the first.
   */
  readonly loads?: string[];
}

const subject = (process.env.MUTATED ?? 'domain') as keyof typeof subjects;
/** A mutant that waits for ever costs this time once for each test that it has wait. */
const { tests, timeoutMs = 30_000, loads = [] }: Subject = subjects[subject];

/** The tests that hold what is mutated: in the process, and in little time. */
export default defineConfig({
  resolve: { alias: { 'fast-check': fileURLToPath(new URL('./fast-check.ts', import.meta.url)) } },
  // One worker for all the files of a run: half the work, and each mutant still has modules of its own.
  test: {
    include: tests,
    setupFiles: [fileURLToPath(new URL('../support/reset-modules.ts', import.meta.url)), ...loads],
    reporters: [importFailures()],
    isolate: false,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});
