/**
 * fast-check for a mutation run: with the same seed each time, so that a mutant that is killed once is killed always, and
 * with few runs, so that one that is not costs little. A counterexample is not made smaller, for nobody reads it.
 */
import fc from '../../node_modules/fast-check/lib/fast-check.js';

export * from '../../node_modules/fast-check/lib/fast-check.js';

const seed = 6749;
const mostRuns = 50;

export const assert = ((property: fc.IRawProperty<unknown>, parameters: fc.Parameters<unknown> = {}) =>
  fc.assert(property, {
    ...parameters,
    seed,
    endOnFailure: true,
    numRuns: Math.min(parameters.numRuns ?? 100, mostRuns),
  })) as typeof fc.assert;

export default { ...fc, assert };
