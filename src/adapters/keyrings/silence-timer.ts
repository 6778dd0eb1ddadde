import type { TimeLimit } from '../../ports/system.ts';
import { timers } from '../process/timers.ts';

/** In how many ticks a limit is counted. Even, because of {@link SilenceHandlers.onHalf}. */
const ticksPerLimit = 20;

/** However much progress there is: 5 minutes at the usual limit of 2.5 seconds. */
const maxLimits = 120;

export interface SilenceHandlers {
  /** Half of the limit has passed. */
  onHalf?(): void;
  /** The limit has passed, and everything that arrived until now was handled. The timer has stopped. */
  onLimit(): void;
}

/**
 * Limits how long something may be silent, not how long it takes: progress restarts the timer. The limit is counted in
 * ticks, so time in which this process was suspended, or got no processor time, counts as one tick at most.
 */
export class SilenceTimer {
  readonly #tickMs: number;
  readonly #handlers: SilenceHandlers;
  #silentTicks = 0;
  #totalTicks = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  #lastCheck: NodeJS.Immediate | undefined;

  constructor(limitMs: number, handlers: SilenceHandlers) {
    this.#tickMs = limitMs / ticksPerLimit;
    this.#handlers = handlers;
    this.resume();
  }

  /** Whether no progress can restart the timer any more. */
  get isExhausted(): boolean {
    return this.#totalTicks >= ticksPerLimit * maxLimits;
  }

  /** Whether the limit has passed, and nothing has happened since. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Reports progress. */
  restart(): void {
    this.#silentTicks = 0;
    if (this.#isStopped) this.resume();
  }

  pause(): void {
    this.#isStopped = false;
    timers.clearTimeout(this.#timer);
    timers.clearImmediate(this.#lastCheck);
  }

  resume(): void {
    this.#isStopped = false;
    this.#timer = timers.setTimeout(() => this.#tick(), this.#tickMs);
  }

  #tick(): void {
    this.#silentTicks += 1;
    this.#totalTicks += 1;
    if (this.#silentTicks === ticksPerLimit / 2) this.#handlers.onHalf?.();
    // Between a timer and an immediate, Node reads what waits in the sockets.
    if (this.#hasPassed()) this.#lastCheck = timers.setImmediate(() => this.#checkAgain());
    else this.resume();
  }

  #checkAgain(): void {
    if (this.#hasPassed()) {
      this.#isStopped = true;
      this.#handlers.onLimit();
    } else this.resume();
  }

  #hasPassed(): boolean {
    return this.#silentTicks >= ticksPerLimit || this.isExhausted;
  }
}

/** Counts as the timer does, so time in which this process is suspended doesn't count. */
export const withTimeLimit: TimeLimit = async (limitMs, work, onLimit) => {
  const timeout = new AbortController();
  let timer: SilenceTimer | undefined;
  try {
    const limit = new Promise<never>((_, reject) => {
      timer = new SilenceTimer(limitMs, {
        onLimit: () => {
          reject(onLimit());
          timeout.abort();
        },
      });
    });
    const working = work(timeout.signal);
    // Nobody awaits the work after the limit, so its failure must not become an unhandled rejection.
    working.catch(() => undefined);
    return await Promise.race([working, limit]);
  } finally {
    timer?.pause();
  }
};
