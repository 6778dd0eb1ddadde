import type { Interaction } from '../../ports/interaction.ts';
import type { Connection } from './dbus/connection.ts';
import { SecretServiceError } from './to-error.ts';

/** Some providers complete their own prompts, within this time. */
const selfCompletedMs = 150;

/** The limits of one operation. Once it times out or is cancelled, it ends its connection, so that every call rejects. */
export class Operation {
  /** Sends the bus a last call if the operation is cut short, to undo what it left there. */
  cleanUp: (() => void) | undefined;
  readonly #interaction: Interaction;
  readonly #notifyWaiting: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#cut(new SecretServiceError('cancelled'));
  #bus: Connection | undefined;
  #cutBy: SecretServiceError | undefined;
  #remainingMs: number;
  #startedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `timeoutMs` doesn't include the time that the user takes to answer. */
  constructor(timeoutMs: number, interaction: Interaction, signal: AbortSignal | undefined) {
    let isNotified = false;
    this.#interaction = interaction;
    this.#notifyWaiting = () => {
      if (!isNotified) interaction.notifyWaiting('Secret Service');
      isNotified = true;
    };
    this.#remainingMs = timeoutMs;
    this.#signal = signal;
    this.#resume();
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted) this.#onAbort();
  }

  get interactive(): boolean {
    return this.#interaction.interactive;
  }

  /** Throws if the operation timed out or was cancelled. */
  throwIfCut(): void {
    if (this.#cutBy !== undefined) throw this.#cutBy;
  }

  /** Sets the connection that this operation uses from now on. */
  useConnection(bus: Connection): void {
    this.#bus = bus;
    if (this.#cutBy !== undefined) bus.end(this.#cutBy);
  }

  /** Waits for the user's answer, with the timeout paused, and notifies the user unless the provider answers itself. */
  async waitForUser<T>(answer: Promise<T>): Promise<T> {
    this.#pause();
    const timer = setTimeout(this.#notifyWaiting, selfCompletedMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#resume();
    }
  }

  /** Call this when the operation has ended, whatever its result. */
  close(): void {
    this.#pause();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #cut(error: SecretServiceError): void {
    this.#cutBy = error;
    this.cleanUp?.();
    this.#bus?.end(error);
  }

  #resume(): void {
    this.#startedMs = uptimeMs();
    this.#timer = setTimeout(() => this.#cut(new SecretServiceError('timed-out')), this.#remainingMs);
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#remainingMs -= uptimeMs() - this.#startedMs;
  }
}

/** A clock that nobody can set. Unlike `performance`, it is loaded at every start. */
function uptimeMs(): number {
  return process.uptime() * 1000;
}
