import type { CredentialName } from '../../../domain/credential-name.ts';
import { Secret } from '../../../domain/secret.ts';
import * as calls from '../calls.ts';
import { SecretServiceError } from '../operation.ts';
import type { Attempt } from '../with-retries.ts';
import { parseName, toAttributes } from './item-attributes.ts';

export interface Item {
  readonly path: string;
  readonly locked: boolean;
}

export interface ReadSecret {
  readonly secret: Secret;
  /** Whether it is from another program's item. */
  readonly isForeign: boolean;
}

/** Reads keystow's own item. `readsForeign`: otherwise reads another program's item, if it's the only one. */
export async function readItem(
  attempt: Attempt,
  name: CredentialName,
  { readsForeign }: { readonly readsForeign: boolean },
): Promise<ReadSecret | undefined> {
  const found = await findItems(attempt, name);
  // If there's only one, its attributes are read together with its secret.
  const item = found.length > 1 ? await selectItem(attempt, found, readsForeign) : found[0];
  if (item === undefined) return undefined;
  if (item.locked) await (await import('../unlock.ts')).unlockItems(attempt, [item]);
  const session = await attempt.session.path;
  const [bytes, attributes] = await Promise.all([
    calls.getSecret(attempt.session, item.path, session),
    calls.readAttributes(attempt.session, item.path),
  ]);
  const isForeign = parseName(attributes, attempt) === undefined;
  return isForeign && !readsForeign ? undefined : { secret: new Secret(bytes), isForeign };
}

export async function searchItems({ session }: Attempt, attributes: calls.Attributes): Promise<Item[]> {
  const [unlocked, locked] = await calls.searchItems(session, attributes);
  return [...unlocked.map((path) => ({ path, locked: false })), ...locked.map((path) => ({ path, locked: true }))];
}

async function selectItem(attempt: Attempt, found: readonly Item[], readsForeign: boolean): Promise<Item | undefined> {
  const { selectMatch } = await import('./matches.ts');
  return selectMatch(attempt, found, { readsForeign });
}

/**
 * Returns the items of a credential, which may be locked. None means that the credential certainly isn't there. Nothing
 * found, and no default collection → `no-collection`: KeePassXC may have no open database, or another provider than usual
 * may be running.
 */
export async function findItems(attempt: Attempt, name: CredentialName): Promise<readonly Item[]> {
  const { provider } = attempt.session;
  const search = () => searchItems(attempt, toAttributes(name, attempt));
  // gnome-keyring also finds locked items. KeePassXC would prompt, and KWallet's items change when it's unlocked.
  const early = provider === 'gnome-keyring' ? await search() : undefined;
  if (early !== undefined && early.length > 0) return early;
  const { findLockedCollection, unlockInteractively } = await import('../unlock.ts');
  const collection = await findLockedCollection(attempt);
  if (collection === undefined) return requireCollection(attempt, early ?? (await search()));
  const found = provider === 'keepassxc' ? [] : (early ?? (await search()));
  if (found.length > 0) return found;
  await unlockInteractively(attempt, [collection]);
  return search();
}

/** Returns what was found. Nothing, and no default collection → throws `no-collection`. */
export function requireCollection<T>({ collection }: Attempt, found: readonly T[]): readonly T[] {
  if (found.length === 0 && collection === undefined) throw new SecretServiceError('no-collection');
  return found;
}
