import type { Interaction } from '../../ports/interaction.ts';
import type { Connection } from './dbus/connection.ts';
import { SecretServiceError } from './to-error.ts';

/** Providers have prompts that they complete by themselves, at once. */
const selfAnsweredMs = 150;

/** One operation and its bounds. Past its limit, or aborted, it ends its connection, so whatever it awaits rejects. */
export class Operation {
  /** Said to the bus when the operation is cut short, to take back what it has left open there. */
  lastWord: (() => void) | undefined;
  readonly #interaction: Interaction;
  readonly #announce: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#cut(new SecretServiceError('cancelled'));
  #bus: Connection | undefined;
  #cause: SecretServiceError | undefined;
  #leftMs: number;
  #startedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `limitMs` bounds all of the operation but the user's time to answer. */
  constructor(limitMs: number, interaction: Interaction, signal: AbortSignal | undefined) {
    let announced = false;
    this.#interaction = interaction;
    this.#announce = () => {
      if (!announced) interaction.notifyWaiting('Secret Service');
      announced = true;
    };
    this.#leftMs = limitMs;
    this.#signal = signal;
    this.#resume();
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  get interactive(): boolean {
    return this.#interaction.interactive;
  }

  /** Throws where the operation has been cut short. */
  check(): void {
    if (this.#cause !== undefined) throw this.#cause;
  }

  /** Says which connection it uses from now on. */
  use(bus: Connection): void {
    this.#bus = bus;
    if (this.#cause !== undefined) bus.end(this.#cause);
  }

  /** Waits for the user's answer, and says so once it is clear that there is something to answer; the limit stands still. */
  async waitForUser<T>(answer: Promise<T>): Promise<T> {
    this.#pause();
    const timer = setTimeout(this.#announce, selfAnsweredMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#resume();
    }
  }

  /** The operation is over, whatever its result. */
  close(): void {
    this.#pause();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #cut(cause: SecretServiceError): void {
    this.#cause = cause;
    this.lastWord?.();
    this.#bus?.end(cause);
  }

  #resume(): void {
    this.#startedMs = uptimeMs();
    this.#timer = setTimeout(() => this.#cut(new SecretServiceError('timed-out')), this.#leftMs);
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#leftMs -= uptimeMs() - this.#startedMs;
  }
}

/** A clock that nobody sets. `performance` would be loaded for it. */
function uptimeMs(): number {
  return process.uptime() * 1000;
}
