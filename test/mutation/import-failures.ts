import type { Reporter, Vitest } from 'vitest/node';

/**
 * Stryker sees no failure in a file of tests that cannot be so much as imported, and would take what it altered there for
 * a survivor: it is told of an error outside of the tests.
 */
export function importFailures(): Reporter {
  let vitest: Vitest | undefined;
  return {
    onInit(started) {
      vitest = started;
    },
    onTestModuleEnd(module) {
      for (const error of module.errors()) vitest?.state.catchError(error, 'Import Error');
    },
  };
}
