import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the run with one plain line that any tool can read, and before it names the tests that did not pass at the first
 * try: whatever the cause, somebody should look.
 */
export const tally: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const test of tests) count[test.result().state] += 1;
    for (const test of tests.filter((test) => test.result().state === 'passed' && test.diagnostic()?.retryCount))
      process.stdout.write(`passed only when tried again: ${test.module.relativeModuleId} › ${test.fullName}\n`);
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  },
};
