import { sleep } from '../process/timers.ts';
import { noObject } from './calls.ts';
import type { ItemFormat } from './items/item-attributes.ts';
import { type Operation, SecretServiceError, type SecretServiceErrorCode } from './operation.ts';
import type { BusSession, SessionPool } from './session-pool.ts';

/** One attempt at an operation. */
export interface Attempt extends ItemFormat {
  readonly session: BusSession;
  /** The default collection, if there is one. */
  readonly collection: string | undefined;
  readonly operation: Operation;
}

export interface RetryOptions extends Pick<Attempt, 'operation' | 'schema' | 'application'> {
  readonly sessions: SessionPool;
}

const maxRetries = 10;

/** Calls `work`, and calls it again if another client or a restart of the provider interfered. */
export async function withRetries<T>(options: RetryOptions, work: (attempt: Attempt) => Promise<T>): Promise<T> {
  let lastError: SecretServiceError | undefined;
  for (let retries = 0; ; retries += 1) {
    try {
      return await attemptOnce(options, work);
    } catch (error) {
      const { isItemGone, isSessionLost, toSecretServiceError } = await import('./to-error.ts');
      if (retries === maxRetries || !(isItemGone(error) || isSessionLost(error)))
        throw lastError ? toEndedError(error, lastError) : error;
      lastError = toSecretServiceError(error);
      // Each pause is a millisecond longer, so that two clients don't collide again and again.
      await sleep(retries);
    }
  }
}

async function attemptOnce<T>(
  { sessions, ...options }: RetryOptions,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const { session, alias } = await sessions.acquire(options.operation);
  let isReusable = false;
  try {
    const result = await work({ session, collection: alias === noObject ? undefined : alias, ...options });
    await session.path;
    isReusable = true;
    return result;
  } catch (error) {
    const { isItemGone, toSecretServiceError } = await import('./to-error.ts');
    isReusable = isItemGone(error);
    throw toSecretServiceError(error, session.provider);
  } finally {
    if (isReusable) sessions.release(session);
    else session.bus.end();
  }
}

/** Reports a store that was there a moment ago as `not-running`, not as one that this machine doesn't have. */
function toEndedError(error: unknown, lastError: SecretServiceError): unknown {
  const gone: readonly SecretServiceErrorCode[] = ['not-running', 'not-installed', 'no-session-bus'];
  if (!(error instanceof SecretServiceError) || !gone.includes(error.code)) return error;
  const { provider } = lastError.evidence;
  return new SecretServiceError(
    'not-running',
    { ...(provider && { provider }), text: 'it ended while it was asked' },
    error,
  );
}
