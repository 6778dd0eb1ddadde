import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether `npm run test:slow` runs. */
    slow?: boolean;
  }
}

/**
 * Returns the first value in `npm test` and the second in `npm run test:slow`, where `x.slow.test.ts` imports `x.test.ts` to
 * run it again.
 */
export function fastOrSlow<T>(fast: T, slow: T): T {
  return inject('slow') ? slow : fast;
}
