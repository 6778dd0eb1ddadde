import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** Prints why tests were skipped, and ends a run with one line of counts that tools can parse. */
export const tally: Reporter = {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const reasons = new Map<string, number>();
    for (const test of tests) {
      const { state } = test.result();
      count[state] += 1;
      const reason = state === 'skipped' && findSkipReason(test);
      if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [reason, skipped] of reasons) process.stdout.write(`skipped ${skipped}: ${reason}\n`);
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  },
};

/** Returns the reason that was passed to `context.skip`, or that the options of the test or of its suites contain. */
function findSkipReason(test: TestCase): string | undefined {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  for (let task: TestCase | TestSuite | TestModule = test; task.type !== 'module'; task = task.parent) {
    const { skipped } = task.meta();
    if (skipped !== undefined) return skipped;
  }
  return undefined;
}
