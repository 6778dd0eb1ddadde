import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { SilenceTimer } from '../keyrings/silence-timer.ts';
import { timers } from '../process/timers.ts';
import type { Binding } from './binding.ts';

/** The timers of all calls. The other calls wait, and each that returns is progress. */
const pending = new Set<SilenceTimer>();

export interface Timeouts {
  /** The store's name in messages. */
  readonly storeName: string;
  readonly interaction: Interaction;
  /** How long no call may return if nobody can answer the platform's dialogs. */
  readonly timeoutMs: number;
  /** How long a call may take before an interactive user is told that the store is waiting for them. */
  readonly noticeDelayMs: number;
}

/** One operation on a store, with a time limit on each native call. A native call that has started cannot be stopped. */
export class NativeOperation {
  readonly #timeouts: Timeouts;
  readonly #options: OperationOptions | undefined;
  readonly #running = new Set<Promise<unknown>>();
  #notified = false;

  constructor(timeouts: Timeouts, options: OperationOptions | undefined) {
    this.#timeouts = timeouts;
    this.#options = options;
  }

  /** Settles as the call does, or rejects with `cancelled` or `timed-out` if that happens first: then it doesn't start any more. */
  async call<T>(start: () => Promise<T>, queue: CallQueue): Promise<T> {
    throwIfAborted(this.#options);
    const { result: work, withdraw } = queue.add(start);
    const waitUntilSettled = work.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(waitUntilSettled);
    void waitUntilSettled.then(() => {
      this.#running.delete(waitUntilSettled);
      for (const timer of pending) timer.restart();
    });
    const { interactive } = this.#timeouts.interaction;
    try {
      return await rejectOnAbort(interactive ? this.#waitForUser(work) : this.#limit(work), this.#options);
    } finally {
      if (withdraw()) this.#running.delete(waitUntilSettled);
    }
  }

  /** Waits, up to the timeout, for the native calls that still run. Resolves with whether all of them have ended. */
  async settled(): Promise<boolean> {
    const { elapsed, cancel } = startTimeout(this.#timeouts);
    await Promise.race([elapsed, Promise.all(this.#running)]).finally(cancel);
    return this.#running.size === 0;
  }

  #waitForUser<T>(work: Promise<T>): Promise<T> {
    const { storeName, interaction, noticeDelayMs } = this.#timeouts;
    const timer = timers.setTimeout(() => {
      if (!this.#notified) interaction.notifyWaiting(storeName);
      this.#notified = true;
    }, noticeDelayMs);
    return work.finally(() => timers.clearTimeout(timer));
  }

  #limit<T>(work: Promise<T>): Promise<T> {
    const { storeName, timeoutMs } = this.#timeouts;
    const { elapsed, cancel } = startTimeout(this.#timeouts);
    const timeout = elapsed.then(() => {
      throw new CredentialError('timed-out', `the ${storeName} did not answer within ${timeoutMs} ms`);
    });
    return Promise.race([work, timeout]).finally(cancel);
  }
}

function startTimeout({ timeoutMs }: Timeouts): {
  readonly elapsed: Promise<void>;
  readonly cancel: () => void;
} {
  let timer: SilenceTimer | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = new SilenceTimer(timeoutMs, { onLimit: resolve });
    pending.add(timer);
  });
  const cancel = () => {
    timer?.pause();
    if (timer) pending.delete(timer);
  };
  return { elapsed, cancel };
}

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
