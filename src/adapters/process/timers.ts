// An `import` would also load what node:timers exports lazily: 2 % of a read through the library.
const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } =
  process.getBuiltinModule('node:timers');

/**
 * The timers and clocks of this process as they were when keystow was loaded. A test of a program that embeds keystow may
 * replace them by fakes later, and then waits for an operation that needs them.
 */
export const timers = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
  /** In milliseconds, to measure with. */
  now: () => process.uptime() * 1000,
  /** In milliseconds since 1970, to compare with the times of files. */
  dateNow: Date.now,
};

/** How many times its limit something may be silent while its process works: it may be doing work for others first. */
export const maxWorkingLimits = 12;

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => timers.setTimeout(resolve, ms));
}

/** Resolves when all events that are due have been handled. */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => timers.setImmediate(resolve));
}

/** Replaces {@link timers} if they were already fake when keystow was loaded. */
export function replaceFakeTimers(): void {
  const immediate: object | undefined = timers.setImmediate(() => undefined);
  timers.clearImmediate(immediate as NodeJS.Immediate);
  if (immediate?.constructor?.name === 'Immediate') return;
  Object.assign(timers, {
    setTimeout: (callback: () => void, ms: number) => new Delay(callback, ms),
    clearTimeout: (delay?: Delay) => delay?.cancel(),
    // Only the lock repeats something, to show others that it's alive. The calls of one test don't take that long.
    setInterval: () => ({ unref: () => undefined }),
    clearInterval: () => undefined,
    setImmediate: (callback: () => void) => new Delay(callback, 0),
    clearImmediate: (delay?: Delay) => delay?.cancel(),
  });
}

/** A timer of what fakes leave alone: a signal that aborts after a time, and a port that keeps the process running. */
class Delay {
  readonly #port: import('node:worker_threads').MessagePort;

  constructor(callback: () => void, ms: number) {
    const { MessageChannel } = process.getBuiltinModule('node:worker_threads');
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const run = () => {
      if (this.cancel()) callback();
    };
    port1.once('message', run);
    if (ms === 0) port2.postMessage(undefined);
    else AbortSignal.timeout(Math.ceil(ms)).addEventListener('abort', run);
  }

  #isDone = false;

  /** Returns whether the timer hadn't ended yet. */
  cancel(): boolean {
    const wasRunning = !this.#isDone;
    this.#isDone = true;
    this.#port.close();
    return wasRunning;
  }
}
