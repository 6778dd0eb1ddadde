import { type CredentialName, sortUniqueNames } from '../../../domain/credential-name.ts';
import type { Secret } from '../../../domain/secret.ts';
import * as calls from '../calls.ts';
import * as changes from '../calls.ts';
import { releaseName, requestName } from '../dbus/bus-calls.ts';
import { SecretServiceError } from '../operation.ts';
import { isItemGone, toSecretServiceError } from '../to-error.ts';
import { completeChange, findLockedCollection, unlockInteractively, unlockItems } from '../unlock.ts';
import type { Attempt } from '../with-retries.ts';
import { formatLabel, parseName, toAttributes, toServiceAttributes } from './item-attributes.ts';
import { classifyItems, filterNewest, inBatches, type Matches } from './matches.ts';
import { findItems, type Item, requireCollection, searchItems } from './read-item.ts';

/** Overwrites keystow's own item, or creates it. Never changes another program's item. */
export async function writeItem(
  attempt: Attempt,
  name: CredentialName,
  secret: Secret,
  onReplaced?: () => void,
): Promise<void> {
  if (!needsLock(attempt)) {
    const { own, foreign } = await findMatches(attempt, name);
    if (own.length > 0) return overwriteItem(attempt, own, secret, onReplaced);
    if (foreign.length === 0) {
      await createItem(attempt, name, secret, { replaces: true });
      return;
    }
  }
  // `replace` would overwrite another program's item: gnome-keyring and KWallet look for one with these attributes or more.
  await withBusLock(attempt, async () => {
    const { own } = await findMatches(attempt, name);
    if (own.length > 0) await overwriteItem(attempt, own, secret, onReplaced);
    else await createItem(attempt, name, secret, { replaces: false });
  });
}

/** Overwrites the newest of several items, and deletes the others, so that every tool reads the same secret. */
async function overwriteItem(
  attempt: Attempt,
  own: readonly Item[],
  secret: Secret,
  onReplaced?: () => void,
): Promise<void> {
  const newest = await filterNewest(attempt, own);
  const [item] = await unlockItems(attempt, newest.slice(0, 1));
  if (item === undefined) return;
  await changes.setSecret(attempt.session, item.path, await attempt.session.path, secret.expose());
  onReplaced?.();
  const others = own.filter(({ path, locked }) => path !== item.path && !locked);
  await inBatches(others, (other) => deletePath(attempt, other.path));
}

/**
 * Returns the path of the new item. `replaces`: an item that another client creates at the same time is overwritten. Not
 * for KeePassXC, which would search once more, and never answer if another client creates an item meanwhile.
 */
export async function createItem(
  attempt: Attempt,
  name: CredentialName,
  secret: Secret,
  { replaces }: { readonly replaces: boolean },
): Promise<string> {
  const { session, collection, schema } = attempt;
  if (collection === undefined) throw new SecretServiceError('no-collection');
  const item = {
    label: formatLabel(name, schema),
    attributes: toAttributes(name, attempt),
    bytes: secret.expose(),
    replaces,
  };
  const [path, prompt] = await changes.createItem(session, collection, await session.path, item);
  return (await completeChange(attempt, prompt)) ?? path;
}

/** Deletes keystow's own items of a name. Calls `onFound` with what there is, before it deletes anything. */
export async function deleteItem(
  attempt: Attempt,
  name: CredentialName,
  onFound: (matches: Matches) => void,
): Promise<void> {
  const work = async () => {
    const matches = await findMatches(attempt, name);
    onFound(matches);
    await inBatches(await unlockItems(attempt, matches.own), ({ path }) => deletePath(attempt, path));
  };
  await (needsLock(attempt) ? withBusLock(attempt, work) : work());
}

export async function deletePath(attempt: Attempt, path: string): Promise<void> {
  await completeChange(attempt, await changes.deleteItem(attempt.session, path));
}

/**
 * Lists the credentials of a service, or all, after unlocking them. If nobody can be asked for that, and something isn't
 * locked, lists only that, and calls `onLockedItems` with how many locked items there are, as far as is visible.
 */
export async function listCredentials(
  attempt: Attempt,
  service: string | undefined,
  onLockedItems?: (count: number) => void,
): Promise<readonly CredentialName[]> {
  const { session } = attempt;
  const collection = await findLockedCollection(attempt);
  const mayBePartial = onLockedItems !== undefined && !attempt.operation.interactive;
  const unlockDefault = async () => {
    if (collection !== undefined) await unlockInteractively(attempt, [collection]);
  };
  if (!mayBePartial) await unlockDefault();
  const isAll = service === undefined && attempt.application === undefined;
  const found = isAll ? searchAll(attempt) : searchItems(attempt, toServiceAttributes(service, attempt));
  const all = requireCollection(attempt, await found);
  const open = all.filter(({ locked }) => !locked);
  const isLocked = collection !== undefined || open.length < all.length;
  const isPartial = mayBePartial && open.length > 0 && isLocked;
  if (mayBePartial && !isPartial) await unlockDefault();
  const items = isPartial ? open : await unlockItems(attempt, all);
  // A provider may list an item that it doesn't have, or that was deleted meanwhile.
  const attributes = await inBatches(items, ({ path }) =>
    calls.readAttributes(session, path).catch((error) => {
      if (isItemGone(error)) return {};
      throw error;
    }),
  );
  if (isPartial) onLockedItems(all.length - open.length);
  return sortUniqueNames(attributes.map((each) => parseName(each, attempt)).filter((name) => name !== undefined));
}

/** Returns all items. KeePassXC finds nothing by no attributes, so this reads the items of its default collection. */
export async function searchAll(attempt: Attempt): Promise<Item[]> {
  const { session, collection } = attempt;
  if (session.provider !== 'keepassxc' || collection === undefined) return searchItems(attempt, {});
  const paths = await changes.readItems(session, collection);
  return inBatches(paths, async (path) => ({ path, locked: await changes.isItemLocked(session, path) }));
}

/** The program that owns this name on the bus holds the lock. The bus releases it when the program ends. */
const lockName = 'org.keystow.Lock';

/**
 * Whether every change needs {@link withBusLock}: KeePassXC keeps both of two entries that are created at the same time,
 * and crashes if two clients delete one.
 */
function needsLock({ session }: Attempt): boolean {
  return session.provider === 'keepassxc';
}

/** Calls `work` while no other process of keystow that holds this lock changes the provider's items. */
async function withBusLock({ session: { bus } }: Attempt, work: () => Promise<void>): Promise<void> {
  await requestName(bus, lockName).catch((error) => {
    // A sandbox may let nobody own a name. Changes are then made without the lock.
    if (toSecretServiceError(error).code !== 'denied') throw error;
  });
  try {
    await work();
  } finally {
    await releaseName(bus, lockName).catch(() => undefined);
  }
}

/** Finds the items of a credential, and reads their attributes to tell whose they are. */
async function findMatches(attempt: Attempt, name: CredentialName): Promise<Matches> {
  return classifyItems(attempt, await findItems(attempt, name));
}
