import { CredentialError, type ErrorCode } from '../domain/credential-error.ts';

export const exitCodes = {
  done: 0,
  /** An error, or the credential was not found. */
  error: 1,
  usage: 2,
  /** `sweep` found nothing, but couldn't examine every file. */
  incomplete: 3,
  /** Not signed in, or the required keyring is not usable. */
  notSignedIn: 4,
  /** A command cannot be run, such as that of `exec`: 126 and 127, as in a shell. */
  notRunnable: 126,
  notFound: 127,
  /** Ctrl-C: 128 + SIGINT, as in a shell. */
  interrupted: 130,
} as const;

const codes: Partial<Record<ErrorCode, number>> = {
  'invalid-preference': exitCodes.usage,
  'contradictory-settings': exitCodes.usage,
  'invalid-setting': exitCodes.usage,
  'invalid-name': exitCodes.usage,
  'invalid-input': exitCodes.usage,
  'keyring-required': exitCodes.notSignedIn,
  'not-signed-in': exitCodes.notSignedIn,
  'refresh-rejected': exitCodes.notSignedIn,
  'command-not-runnable': exitCodes.notRunnable,
  'command-not-found': exitCodes.notFound,
};

export function toExitCode(code: ErrorCode): number {
  return codes[code] ?? exitCodes.error;
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Holds back signals that would end the process in the middle of a step. SIGKILL can't be held back. */
export class SignalGuard {
  readonly #cancellation: AbortController;
  #received: NodeJS.Signals | undefined;

  constructor(cancellation: AbortController) {
    this.#cancellation = cancellation;
  }

  /** Runs `work` to its end. If a signal arrived meanwhile and `work` succeeded, rejects with `cancelled`. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const holdBack = (signal: NodeJS.Signals) => {
      this.#received ??= signal;
      this.#cancellation.abort();
    };
    for (const signal of endingSignals) process.on(signal, holdBack);
    let result: T;
    try {
      result = await work();
    } finally {
      // A signal that arrives while the process ends by another one must not end it sooner, with locks left behind.
      if (this.#received === undefined) for (const signal of endingSignals) process.off(signal, holdBack);
    }
    if (this.#received === undefined) return result;
    throw new CredentialError('cancelled', 'cancelled, after everything that the server had sent was stored');
  }

  /** Ends the process as the signal would have done, if there was one. Ctrl-C has an exit code instead. */
  deliver(): void {
    if (this.#received === undefined || this.#received === 'SIGINT') return;
    process.removeAllListeners(this.#received);
    process.kill(process.pid, this.#received);
  }
}

/** How long unfinished work may run after the command is done: at least 5 × 100 ms and 5 turns of the event loop. */
const graceTicks = 5;
const graceTickMs = 100;

/** `process.execve`: Node 22.15 and 23.11, newer than our type definitions. */
type Execve = (file: string, args: readonly string[]) => never;

/**
 * Sets the exit code, and lets the process end by itself. A native call that hangs in a libuv thread would prevent that, and
 * `process.exit` would wait for the thread too. So a process that still runs after the grace period is ended by force.
 */
export function exitAfterGrace(exitCode: number): void {
  process.exitCode = exitCode;
  let ticks = 0;
  // One long timer could fire just because a busy machine didn't run the process in time.
  setInterval(() => {
    ticks += 1;
    if (ticks === graceTicks) endProcess(exitCode);
  }, graceTickMs).unref();
}

/**
 * Ends the process without waiting for its threads. On POSIX, replaces it with a shell that exits with the same code. A Node
 * without `execve` is killed instead: by SIGINT after Ctrl-C, which shells report as 130, otherwise by SIGKILL (137).
 */
function endProcess(exitCode: number): void {
  if (process.platform === 'win32') process.exit();
  const { execve } = process as { readonly execve?: Execve };
  execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`]);
  if (exitCode === exitCodes.interrupted) {
    process.removeAllListeners('SIGINT');
    process.kill(process.pid, 'SIGINT');
  }
  process.kill(process.pid, 'SIGKILL');
}
