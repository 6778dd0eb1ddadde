import type { Evidence, Reason } from '../../domain/selection/probe-result.ts';
import type { Interaction } from '../../ports/interaction.ts';
import type { Activity } from '../keyrings/process-activity.ts';
import { SilenceTimer } from '../keyrings/silence-timer.ts';
import { maxWorkingLimits, timers } from '../process/timers.ts';
import type { Connection } from './dbus/connection.ts';

/** Some providers complete their own prompts, within this time. */
const selfCompletedMs = 150;

/** The limits of one operation. Once it times out or is cancelled, it ends its connection, so that every call rejects. */
export class Operation {
  /** Sends the bus a last call if the operation is cut short, to undo what it left there. */
  cleanUp: (() => void) | undefined;
  /** The process of the provider, if it's visible. */
  providerId: number | undefined;
  readonly #interaction: Interaction;
  readonly #notifyWaiting: () => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.#cut(new SecretServiceError('cancelled'));
  #bus: Connection | undefined;
  #cutBy: SecretServiceError | undefined;
  readonly #silence: SilenceTimer;
  #getActivity: Promise<() => Activity> | undefined;
  #workingLimits = 0;

  /** `timeoutMs`: how long there may be no reply. Doesn't include the time that the user takes to answer. */
  constructor(timeoutMs: number, interaction: Interaction, signal: AbortSignal | undefined) {
    let isNotified = false;
    this.#interaction = interaction;
    this.#notifyWaiting = () => {
      if (!isNotified) interaction.notifyWaiting('Secret Service');
      isNotified = true;
    };
    this.#signal = signal;
    this.#silence = new SilenceTimer(timeoutMs, {
      onHalf: () => this.#watchProvider(),
      onLimit: () => void this.#endIfIdle(),
    });
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
    bus.onProgress = () => {
      this.#silence.restart();
      this.#workingLimits = 0;
    };
    if (this.#cutBy !== undefined) bus.end(this.#cutBy);
  }

  /** Waits for the user's answer, with the limit paused, and notifies the user unless the provider answers itself. */
  async waitForUser<T>(answer: Promise<T>): Promise<T> {
    this.#silence.pause();
    const timer = timers.setTimeout(this.#notifyWaiting, selfCompletedMs);
    try {
      return await answer;
    } finally {
      timers.clearTimeout(timer);
      this.#silence.restart();
      this.#silence.resume();
    }
  }

  /** Call this when the operation has ended, whatever its result. */
  close(): void {
    this.#silence.pause();
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  #cut(error: SecretServiceError): void {
    this.#cutBy = error;
    this.cleanUp?.();
    this.#bus?.end(error);
  }

  #watchProvider(): void {
    const { providerId } = this;
    if (providerId === undefined) return;
    this.#getActivity = import('../keyrings/process-activity.ts').then(({ watchProcesses }) =>
      watchProcesses(() => [providerId]),
    );
  }

  async #endIfIdle(): Promise<void> {
    const activity = (await this.#getActivity)?.();
    if (!this.#silence.isStopped) return;
    this.#workingLimits += 1;
    if (activity === 'working' && this.#workingLimits < maxWorkingLimits && !this.#silence.isExhausted) {
      this.#silence.restart();
    } else this.#cut(new SecretServiceError('timed-out', activity === 'suspended' ? { suspended: true } : {}));
  }
}

/** Why an operation failed. */
export type SecretServiceErrorCode =
  | Exclude<Reason, 'disabled' | 'binding-missing' | 'volatile'>
  | 'too-large'
  | 'cancelled';

/** The error that the adapter throws internally. `toError` turns it into the error that callers receive. */
export class SecretServiceError extends Error {
  readonly code: SecretServiceErrorCode;
  readonly evidence: Evidence;

  constructor(code: SecretServiceErrorCode, evidence: Evidence = {}, cause?: unknown) {
    super(evidence.text ?? code, { cause });
    this.code = code;
    this.evidence = evidence;
  }
}
