/**
 * fast-check for mutation runs. The seed is fixed, so that the same mutants are killed every time. There are few runs, and
 * no shrinking, because nobody reads the counterexamples.
 */
import fc from '../../node_modules/fast-check/lib/fast-check.js';

export * from '../../node_modules/fast-check/lib/fast-check.js';

const seed = 6749;
const maxRuns = 50;

export const assert = ((property: fc.IRawProperty<unknown>, parameters: fc.Parameters<unknown> = {}) =>
  fc.assert(property, {
    ...parameters,
    seed,
    endOnFailure: true,
    numRuns: Math.min(parameters.numRuns ?? 100, maxRuns),
  })) as typeof fc.assert;

export default { ...fc, assert };
