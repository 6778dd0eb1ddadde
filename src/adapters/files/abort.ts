import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';

export function throwIfAborted(options: OperationOptions | undefined): void {
  if (options?.signal?.aborted) throw cancelled();
}

/** Settles as `work` does, or rejects with `cancelled` as soon as the signal is aborted. */
export async function rejectOnAbort<T>(work: Promise<T>, options: OperationOptions | undefined): Promise<T> {
  const signal = options?.signal;
  if (signal === undefined) return work;
  work.catch(() => undefined);
  throwIfAborted(options);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(cancelled());
    signal.addEventListener('abort', stop);
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

function cancelled(): CredentialError {
  return new CredentialError('cancelled', 'the operation was called off');
}
