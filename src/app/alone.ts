import { CredentialError } from '../domain/credential-error.ts';
import type { Context } from './context.ts';

/**
 * Runs `work` while no other process takes a copy of a credential away. Where the lock cannot be made, because nothing
 * can be written there, nobody else can make it either.
 */
export async function withLock<T>({ mutex, signal }: Context, work: (held: () => boolean) => Promise<T>): Promise<T> {
  let begun = false;
  const once = (held: () => boolean) => {
    begun = true;
    return work(held);
  };
  try {
    return await mutex(once, { signal });
  } catch (error) {
    if (begun || !(error instanceof CredentialError) || error.code !== 'file-io') throw error;
    return work(() => true);
  }
}
