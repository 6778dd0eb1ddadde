import type { Reporter, Vitest } from 'vitest/node';

/**
 * Reports a test file that can't be imported as an error. Otherwise Stryker sees no failed test, and counts the mutant as a
 * survivor.
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
