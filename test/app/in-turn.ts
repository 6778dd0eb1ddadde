import type { Mutex } from '../../src/ports/mutex.ts';

/** A lock within the process: one at a time, in the order in which they came. */
export function inTurn(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(() => work(() => true));
    last = turn.catch(() => {});
    return turn;
  };
}
