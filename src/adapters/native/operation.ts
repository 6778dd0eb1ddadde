import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';

export interface Patience {
  /** What the user knows the store as. */
  readonly store: string;
  readonly interaction: Interaction;
  /** How long the platform may take over one call where nobody can answer a dialog of its. */
  readonly limitMs: number;
  /** How long a call may take before the user, where there is one, is told that the store waits for them. */
  readonly quietMs: number;
}

/** One operation on a store: bounds each of its native calls. What has begun in native code cannot be stopped. */
export class Operation {
  readonly #patience: Patience;
  readonly #options: OperationOptions | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #announced = false;

  constructor(patience: Patience, options: OperationOptions | undefined) {
    this.#patience = patience;
    this.#options = options;
  }

  /** Settles as the call does. Rejects with `cancelled` or `timed-out` when that comes first. */
  async call<T>(start: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#options);
    const work = start();
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return rejectOnAbort(
      this.#patience.interaction.interactive ? this.#attend(work) : this.#limit(work),
      this.#options,
    );
  }

  /** Waits, for another limit at most, until nothing of the operation runs in native code; says whether that is so. */
  async settled(): Promise<boolean> {
    const { promise, stop } = after(this.#patience.limitMs);
    await Promise.race([promise, Promise.all(this.#running)]).finally(stop);
    return this.#running.size === 0;
  }

  #attend<T>(work: Promise<T>): Promise<T> {
    const { promise, stop } = after(this.#patience.quietMs);
    void promise.then(() => {
      if (!this.#announced) this.#patience.interaction.notifyWaiting(this.#patience.store);
      this.#announced = true;
    });
    return work.finally(stop);
  }

  #limit<T>(work: Promise<T>): Promise<T> {
    const { store, limitMs } = this.#patience;
    const { promise, stop } = after(limitMs);
    const late = promise.then(() => {
      throw new CredentialError('timed-out', `the ${store} did not answer within ${limitMs} ms`);
    });
    return Promise.race([work, late]).finally(stop);
  }
}

function after(delayMs: number): { readonly promise: Promise<void>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  return { promise, stop: () => clearTimeout(timer) };
}
