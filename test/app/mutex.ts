import type { Mutex } from '../../src/ports/system.ts';

/** A lock within this process, first come first served. */
export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(() => work(() => true));
    last = result.catch(() => {});
    return result;
  };
}
