import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { importFailures } from './import-failures.ts';
import subjects from './subjects.json' with { type: 'json' };

const subject = (process.env.MUTATED ?? 'domain') as keyof typeof subjects;

/** The tests that hold what is mutated: in the process, and in little time. */
export default defineConfig({
  resolve: { alias: { 'fast-check': fileURLToPath(new URL('./fast-check.ts', import.meta.url)) } },
  // One worker for all the files of a run: half the work, and each mutant still has modules of its own.
  test: {
    include: subjects[subject].tests,
    reporters: [importFailures()],
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
