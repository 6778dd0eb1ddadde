import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';

/** Throws `cancelled` if the operation's signal is aborted. */
export function throwIfAborted(options: OperationOptions | undefined): void {
  if (options?.signal?.aborted) throw cancelledError();
}

/** Settles as `work` does, or rejects with `cancelled` as soon as the signal is aborted. */
export async function rejectOnAbort<T>(work: Promise<T>, options: OperationOptions | undefined): Promise<T> {
  const signal = options?.signal;
  if (signal === undefined) return work;
  // Nobody awaits the work after an abort, so its failure must not become an unhandled rejection.
  work.catch(() => undefined);
  throwIfAborted(options);
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelledError());
    signal.addEventListener('abort', onAbort);
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}

function cancelledError(): CredentialError {
  return new CredentialError('cancelled', 'the operation was cancelled');
}
