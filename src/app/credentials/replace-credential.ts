import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import { type Context, changedMeanwhileError, withLock } from '../context.ts';
import { checkRemovals, removeCopies } from './delete-credential.ts';
import { getCredential, readEntry } from './get-credential.ts';
import { selectStore } from './select-store.ts';
import { type WriteResult, writeLocked } from './set-credential.ts';

/**
 * Replaces a secret by `next`, or removes it if that's `undefined`, unless somebody has changed it. The new one is stored
 * where the old one is; if no store is recorded, in the selected one.
 *
 * - the current secret isn't what the caller expects → resolves `undefined`, and nothing is written
 * - the store fails → rejects with its error, and the old secret stays
 * - killed at any point → a read returns the old secret or the new one
 */
export async function replaceCredential(
  context: Context,
  name: CredentialName,
  isExpected: (current: Secret | undefined) => boolean,
  next: Secret | undefined,
): Promise<WriteResult | 'removed' | undefined> {
  const isRecorded = (await readEntry(context.placement, name)) !== undefined;
  const selected = isRecorded || next === undefined ? undefined : await selectStore(context);
  return withLock(context, name, async (held) => {
    if (!isExpected(await getCredential(context, name))) return undefined;
    const store = (await readEntry(context.placement, name))?.store ?? selected?.store;
    if (!held()) throw changedMeanwhileError(name);
    if (next !== undefined) {
      // Without an entry, somebody has removed the credential since it was looked up.
      if (store === undefined) throw changedMeanwhileError(name);
      return writeLocked(context, name, next, store, held);
    }
    checkRemovals(await removeCopies(context, name, held));
    return 'removed';
  });
}
