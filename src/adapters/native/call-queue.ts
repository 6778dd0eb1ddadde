import type { Binding } from './binding.ts';

const queues = new WeakMap<Binding, CallQueue>();

/** Returns the queue of the calls to a binding, of which all stores of the process use the same. */
export function getCallQueue(binding: Binding): CallQueue {
  const queue = queues.get(binding) ?? new CallQueue(2);
  queues.set(binding, queue);
  return queue;
}

/**
 * Lets few native calls run at a time. Each occupies a thread of libuv's pool, which has four by default, and one that hangs
 * keeps its thread: the others are left for files, so that a Keychain that doesn't answer doesn't stop those.
 */
export class CallQueue {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts the call as soon as fewer than the limit run. `withdraw` keeps it from starting, and `result` then stays pending. */
  add<T>(start: () => Promise<T>): { readonly result: Promise<T>; readonly withdraw: () => boolean } {
    let begin = () => {};
    const result = new Promise<T>((resolve) => {
      begin = () => resolve(this.#run(start));
    });
    if (this.#running < this.#limit) begin();
    else this.#waiting.push(begin);
    return { result, withdraw: () => this.#withdraw(begin) };
  }

  async #run<T>(start: () => Promise<T>): Promise<T> {
    this.#running++;
    try {
      return await start();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  #withdraw(begin: () => void): boolean {
    const index = this.#waiting.indexOf(begin);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }
}
