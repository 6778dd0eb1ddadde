import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether `npm run test:slow` runs. */
    slow?: boolean;
  }
}

/**
 * The first value in `npm test`, the second in `npm run test:slow`: a file `x.slow.test.ts` that imports `x.test.ts` runs it
 * again with the second.
 */
export function fastOrSlow<T>(fast: T, slow: T): T {
  return inject('slow') ? slow : fast;
}
