import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { importFailures } from './import-failures.ts';
import subjects from './subjects.json' with { type: 'json' };

interface Subject {
  readonly tests: string[];
  readonly timeoutMs?: number;
}

const subject = (process.env.MUTATED ?? 'domain') as keyof typeof subjects;
/** A mutant that waits for ever costs this time once for each test that it has wait. */
const { tests, timeoutMs = 30_000 }: Subject = subjects[subject];

/** The tests that hold what is mutated: in the process, and in little time. */
export default defineConfig({
  resolve: { alias: { 'fast-check': fileURLToPath(new URL('./fast-check.ts', import.meta.url)) } },
  // One worker for all the files of a run: half the work, and each mutant still has modules of its own.
  test: {
    include: tests,
    reporters: [importFailures()],
    isolate: false,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
  },
});
