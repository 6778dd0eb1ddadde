import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, compareNames, formatName, isSameName } from '../../domain/credential-name.ts';
import { getCommand } from '../../domain/profile.ts';
import type { StoreId } from '../../domain/store-id.ts';
import { type Context, changedMeanwhileError, withLock } from '../context.ts';
import { checkRemovals, removeCopies } from './delete-credential.ts';
import { findCredential } from './find-credential.ts';
import { getCredential, readEntry } from './get-credential.ts';
import { verifyWritten, writeLocked } from './set-credential.ts';

/**
 * Stores a credential under another name in the same store, reads it back, and then removes the old name. The expiry stays.
 * Returns the store.
 *
 * - it doesn't exist → `undefined`
 * - another secret has the new name, or it's the same name → `invalid-input`, and nothing changes
 * - the store of either name is unavailable → rejects with its error
 * - killed at any point → a read of one of the names returns the secret, and calling it again completes the change
 */
export async function renameCredential(
  context: Context,
  from: CredentialName,
  to: CredentialName,
): Promise<StoreId | undefined> {
  if (isSameName(from, to)) {
    throw new CredentialError('invalid-input', 'the new name is the old name', { hint: 'choose another name' });
  }
  // In the same order in every process, so that none waits for another that waits for it.
  const [first, second] = [from, to].sort(compareNames) as [CredentialName, CredentialName];
  return withLock(context, first, (firstHeld) =>
    withLock(context, second, (secondHeld) => rename(context, from, to, () => firstHeld() && secondHeld())),
  );
}

async function rename(
  context: Context,
  from: CredentialName,
  to: CredentialName,
  held: () => boolean,
): Promise<StoreId | undefined> {
  const found = await findCredential(context, from);
  if (found === undefined) return completeRemoval(context, from, to, held);
  const { secret, store: id, expiresAt } = found;
  const existing = await getCredential(context, to);
  // The same secret is there if an earlier rename was interrupted.
  if (existing !== undefined && !existing.equals(secret)) throw existsError(context, to);
  if (!held()) throw changedMeanwhileError(from);
  await writeLocked(context, to, secret, id, held, expiresAt === undefined ? {} : { expiresAt });
  await verifyWritten(context, to, secret, id, `, so ${formatName(from)} stays`);
  if (!held()) throw changedMeanwhileError(from);
  checkRemovals(await removeCopies(context, from, held));
  return id;
}

/** An earlier rename may have been interrupted after it removed the secret, and before it removed the entry. */
async function completeRemoval(
  context: Context,
  from: CredentialName,
  to: CredentialName,
  held: () => boolean,
): Promise<StoreId | undefined> {
  const [entry, renamed] = [await readEntry(context.placement, from), await readEntry(context.placement, to)];
  if (entry === undefined || renamed === undefined) return undefined;
  await removeCopies(context, from, held);
  return renamed.store;
}

function existsError({ profile }: Context, name: CredentialName): CredentialError {
  return new CredentialError('invalid-input', `${formatName(name)} already exists, with another secret`, {
    hint: `choose another name, or remove it: ${getCommand(profile)} delete SERVICE ACCOUNT`,
  });
}
