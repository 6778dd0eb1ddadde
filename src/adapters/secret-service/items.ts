import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { withBusLock } from './bus-lock.ts';
import * as calls from './calls.ts';
import { formatLabel, parseName, toAttributes, toServiceAttributes } from './item-attributes.ts';
import { SecretServiceError } from './to-error.ts';
import { asksEachTime, completeChange, findLockedCollection, unlockInteractively } from './unlock.ts';
import type { Attempt } from './with-retries.ts';

export interface Item {
  readonly path: string;
  readonly locked: boolean;
}

export async function readItem(attempt: Attempt, name: CredentialName): Promise<Secret | undefined> {
  const [item, duplicate] = await filterNewest(attempt, await findItems(attempt, name));
  if (duplicate !== undefined) throw new SecretServiceError('ambiguous');
  if (item === undefined) return undefined;
  await unlockItems(attempt, [item]);
  return new Secret(await calls.getSecret(attempt.session, item.path, await attempt.session.path));
}

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
    await calls.setSecret(attempt.session, item.path, await attempt.session.path, secret.expose());
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
  const [path, prompt] = await calls.createItem(session, collection, await session.path, item);
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
  await completeChange(attempt, await calls.deleteItem(attempt.session, path));
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
  const paths = await calls.readItems(session, collection);
  return inBatches(paths, async (path) => ({ path, locked: await calls.isItemLocked(session, path) }));
}

async function searchItems({ session }: Attempt, attributes: calls.Attributes): Promise<Item[]> {
  const [unlocked, locked] = await calls.searchItems(session, attributes);
  return [...unlocked.map((path) => ({ path, locked: false })), ...locked.map((path) => ({ path, locked: true }))];
}

/** Returns the items of a credential, which may be locked. None means that the credential certainly isn't there. */
async function findItems(attempt: Attempt, name: CredentialName): Promise<readonly Item[]> {
  const { provider } = attempt.session;
  const search = () => searchItems(attempt, toAttributes(name, attempt.schema));
  // gnome-keyring also finds locked items. KeePassXC would prompt, and KWallet's items change when it's unlocked.
  const early = provider === 'gnome-keyring' ? await search() : undefined;
  if (early !== undefined && early.length > 0) return filterOwn(attempt, early);
  const collection = await findLockedCollection(attempt);
  if (collection === undefined) return filterOwn(attempt, early ?? (await search()));
  const found = provider === 'keepassxc' ? [] : (early ?? (await search()));
  if (found.length > 0) return filterOwn(attempt, found);
  await unlockInteractively(attempt, [collection]);
  return filterOwn(attempt, await search());
}

/** Returns the item that was modified last, to the second, or several if they were modified at the same time. */
async function filterNewest({ session }: Attempt, items: readonly Item[]): Promise<readonly Item[]> {
  if (items.length <= 1) return items;
  const times = await inBatches(items, ({ path }) => calls.readModified(session, path));
  const newest = Math.max(...times);
  return items.filter((_, index) => times[index] === newest);
}

/** Unlocks the items that are locked. */
async function unlockItems(attempt: Attempt, items: readonly Item[]): Promise<Item[]> {
  const locked = items.filter((item) => item.locked).map(({ path }) => path);
  if (locked.length > 0)
    await unlockInteractively(attempt, locked, attempt.session.provider === 'keepassxc' ? asksEachTime : {});
  return items.map(({ path }) => ({ path, locked: false }));
}

/** Removes items that other tools wrote with further attributes. An item that matches alone counts, whatever it has. */
async function filterOwn(attempt: Attempt, matches: readonly Item[]): Promise<readonly Item[]> {
  if (matches.length <= 1) return matches;
  const attributes = await inBatches(matches, ({ path }) => calls.readAttributes(attempt.session, path));
  const own = matches.filter((_, index) => parseName(attributes[index] ?? {}, attempt.schema) !== undefined);
  if (own.length > 0) return own;
  // A provider may hide the attributes of a locked item.
  if (matches.some((item) => item.locked)) return filterOwn(attempt, await unlockItems(attempt, matches));
  throw new SecretServiceError('ambiguous');
}

/** A bus may limit the unanswered calls of one client, by default to 128. */
const batchSize = 64;

/** Calls `work` for every item, many at a time, and returns the results in order. */
export async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    results.push(...(await Promise.all(items.slice(start, start + batchSize).map(work))));
  }
  return results;
}
