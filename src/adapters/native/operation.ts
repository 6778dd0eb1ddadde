import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';

export interface Timeouts {
  /** The store's name in messages. */
  readonly storeName: string;
  readonly interaction: Interaction;
  /** Limit for each call if nobody can answer the platform's dialogs. */
  readonly timeoutMs: number;
  /** How long a call may take before an interactive user is told that the store is waiting for them. */
  readonly noticeDelayMs: number;
}

/** One operation on a store, with a time limit on each native call. A native call that has started cannot be stopped. */
export class Operation {
  readonly #timeouts: Timeouts;
  readonly #options: OperationOptions | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #notified = false;

  constructor(timeouts: Timeouts, options: OperationOptions | undefined) {
    this.#timeouts = timeouts;
    this.#options = options;
  }

  /** Settles as the call does, or rejects with `cancelled` or `timed-out` if that happens first. */
  async call<T>(start: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#options);
    const work = start();
    const waitUntilSettled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(waitUntilSettled);
    void waitUntilSettled.then(() => this.#running.delete(waitUntilSettled));
    const { interactive } = this.#timeouts.interaction;
    return rejectOnAbort(interactive ? this.#waitForUser(work) : this.#limit(work), this.#options);
  }

  /** Waits, up to the timeout, for the native calls that still run. Resolves with whether all of them have ended. */
  async settled(): Promise<boolean> {
    const { elapsed, cancel } = startTimer(this.#timeouts.timeoutMs);
    await Promise.race([elapsed, Promise.all(this.#running)]).finally(cancel);
    return this.#running.size === 0;
  }

  #waitForUser<T>(work: Promise<T>): Promise<T> {
    const { storeName, interaction, noticeDelayMs } = this.#timeouts;
    const { elapsed, cancel } = startTimer(noticeDelayMs);
    void elapsed.then(() => {
      if (!this.#notified) interaction.notifyWaiting(storeName);
      this.#notified = true;
    });
    return work.finally(cancel);
  }

  #limit<T>(work: Promise<T>): Promise<T> {
    const { storeName, timeoutMs } = this.#timeouts;
    const { elapsed, cancel } = startTimer(timeoutMs);
    const timeout = elapsed.then(() => {
      throw new CredentialError('timed-out', `the ${storeName} did not answer within ${timeoutMs} ms`);
    });
    return Promise.race([work, timeout]).finally(cancel);
  }
}

function startTimer(delayMs: number): { readonly elapsed: Promise<void>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  return { elapsed, cancel: () => clearTimeout(timer) };
}
