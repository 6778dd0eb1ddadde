import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { importFailures } from './import-failures.ts';
import subjects from './subjects.json' with { type: 'json' };

interface Subject {
  readonly tests: string[];
  readonly timeoutMs?: number;
  /**
   * Mutated files that the code loads lazily. They are loaded before the tests; otherwise Stryker attributes their
   * top-level code to the test that happens to run first.
   */
  readonly loads?: string[];
}

const subject = (process.env.MUTATED ?? 'domain') as keyof typeof subjects;
/** A mutant that waits forever takes this long in each test that it blocks. */
const { tests, timeoutMs = 30_000, loads = [] }: Subject = subjects[subject];

/** Runs the tests of a subject: those that are fast and run its code in their own process. */
export default defineConfig({
  resolve: { alias: { 'fast-check': fileURLToPath(new URL('./fast-check.ts', import.meta.url)) } },
  // One worker for all files halves the work. setup.ts still gives each file its own modules.
  test: {
    include: tests,
    setupFiles: [fileURLToPath(new URL('../support/setup.ts', import.meta.url)), ...loads],
    reporters: [importFailures()],
    isolate: false,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    expect: { poll: { timeout: timeoutMs } },
  },
});
