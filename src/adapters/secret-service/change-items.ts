import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import * as calls from './calls.ts';
import * as changes from './change-calls.ts';
import { releaseName, requestName } from './dbus/bus-calls.ts';
import { formatLabel, parseName, toAttributes, toServiceAttributes } from './item-attributes.ts';
import { filterNewest, findItems, type Item, inBatches, searchItems, unlockItems } from './items.ts';
import { SecretServiceError, toSecretServiceError } from './to-error.ts';
import { completeChange, findLockedCollection, unlockInteractively } from './unlock.ts';
import type { Attempt } from './with-retries.ts';

/** Overwrites the newest of several items, and deletes the others, so that every tool reads the same secret. */
export async function writeItem(attempt: Attempt, name: CredentialName, secret: Secret): Promise<void> {
  await withBusLock(attempt, async () => {
    const found = await findItems(attempt, name);
    const [item] = await filterNewest(attempt, found);
    if (item === undefined) {
      await createItem(attempt, name, secret);
      return;
    }
    await unlockItems(attempt, [item]);
    await changes.setSecret(attempt.session, item.path, await attempt.session.path, secret.expose());
    const others = found.filter(({ path, locked }) => path !== item.path && !locked);
    await inBatches(others, (other) => deletePath(attempt, other.path));
  });
}

/** Returns the path of the new item. */
export async function createItem(attempt: Attempt, name: CredentialName, secret: Secret): Promise<string> {
  const { session, collection, schema } = attempt;
  if (collection === undefined) throw new SecretServiceError('no-collection');
  const item = {
    label: formatLabel(name, schema),
    attributes: toAttributes(name, schema),
    bytes: secret.expose(),
    // Asked to replace, KeePassXC searches once more, and never answers if another client creates an item meanwhile.
    replaces: session.provider !== 'keepassxc',
  };
  const [path, prompt] = await changes.createItem(session, collection, await session.path, item);
  return (await completeChange(attempt, prompt)) ?? path;
}

/** Deletes every item of a name. Calls `onFound` once there is one. */
export async function deleteItem(attempt: Attempt, name: CredentialName, onFound: () => void): Promise<void> {
  await withBusLock(attempt, async () => {
    const items = await findItems(attempt, name);
    if (items.length > 0) onFound();
    await inBatches(await unlockItems(attempt, items), ({ path }) => deletePath(attempt, path));
  });
}

export async function deletePath(attempt: Attempt, path: string): Promise<void> {
  await completeChange(attempt, await changes.deleteItem(attempt.session, path));
}

/** Lists the credentials of a service, or all, after unlocking them. */
export async function listCredentials(
  attempt: Attempt,
  service: string | undefined,
): Promise<readonly CredentialName[]> {
  const { session, schema } = attempt;
  const collection = await findLockedCollection(attempt);
  if (collection !== undefined) await unlockInteractively(attempt, [collection]);
  const found = service === undefined ? searchAll(attempt) : searchItems(attempt, toServiceAttributes(service, schema));
  const items = await unlockItems(attempt, await found);
  const attributes = await inBatches(items, ({ path }) => calls.readAttributes(session, path));
  return sortUniqueNames(attributes.map((each) => parseName(each, schema)).filter((name) => name !== undefined));
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
 * Calls `work` while no other process of keystow changes the provider's items. Only KeePassXC needs this: it keeps both of
 * two entries that are created at the same time, and crashes if two clients delete one.
 */
async function withBusLock(attempt: Attempt, work: () => Promise<void>): Promise<void> {
  const { bus, provider } = attempt.session;
  if (provider !== 'keepassxc') return work();
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
