import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { Mutex, Uninterrupted } from '../../ports/system.ts';

/** What a token server sent. */
export interface Renewed<Value> {
  /** The value to store. It has everything usable of the response, such as a new refresh token without an access token. */
  readonly value: Value;
  /** Why the new value must not be used, although it's stored: the refresh token in it can be the only valid one. */
  readonly problem?: CredentialError;
}

export interface RenewalSteps<Value> {
  /** Reads the stored value, each time from the store. */
  read(): Promise<Value | undefined>;
  /** Whether the value can be used as it is. */
  isValid(value: Value): boolean;
  isSame(one: Value, other: Value): boolean;
  /** Rejects if a new value couldn't be stored in place of this one. Changes nothing. */
  checkWritable(value: Value): Promise<void>;
  /**
   * Exchanges the value for a new one. That can spend it: another request with the old value can end the sign-in. If the
   * server no longer accepts the value → rejects with one of {@link rejectionCodes}.
   */
  request(value: Value): Promise<Renewed<Value>>;
  /** Stores the new value, unless another process has replaced `previous` meanwhile. */
  store(value: Value, previous: Value): Promise<void>;
}

export interface RenewalOptions {
  /** Held by every process that renews the same value. */
  readonly withLock: Mutex;
  readonly uninterrupted: Uninterrupted;
  /** Honoured until the request is sent. */
  readonly signal: AbortSignal;
}

/** The codes of a request that the server rejected because of the value: another value may be accepted. */
const rejectionCodes: readonly ErrorCode[] = ['not-signed-in', 'refresh-rejected'];

/** How many different values may be rejected: other processes store new ones. */
const maxRejections = 3;

/**
 * Returns the stored value, renewed if it's not valid: if several processes need that at the same time, one sends the
 * request, and the others use its result.
 *
 * Once a request may have reached the server, nothing interrupts this process until everything usable in the response is
 * stored, and only then is the response validated. A process that is killed (SIGKILL, loss of power) in between loses the
 * new value; no client can prevent that.
 *
 * - nothing is stored → `undefined`
 * - the store can't be written → rejects with its error, without a request
 * - the server rejects the value, and another process has stored another one meanwhile → that one is used
 */
export async function renew<Value>(
  steps: RenewalSteps<Value>,
  { withLock, uninterrupted, signal }: RenewalOptions,
): Promise<Value | undefined> {
  return withLock(
    async () => {
      let rejected: { readonly value: Value; readonly error: unknown } | undefined;
      for (let rejections = 0; ; rejections += 1) {
        const current = await steps.read();
        if (current === undefined || steps.isValid(current)) return current;
        if (rejected && (rejections === maxRejections || steps.isSame(current, rejected.value))) throw rejected.error;
        try {
          return await uninterrupted(() => renewStored(steps, current));
        } catch (error) {
          if (!(error instanceof CredentialError) || !rejectionCodes.includes(error.code)) throw error;
          rejected = { value: current, error };
        }
      }
    },
    { signal },
  );
}

async function renewStored<Value>(steps: RenewalSteps<Value>, current: Value): Promise<Value> {
  await steps.checkWritable(current);
  const { value, problem } = await steps.request(current);
  await steps.store(value, current);
  if (problem !== undefined) throw problem;
  return value;
}
