import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import * as calls from './calls.ts';
import { parseName, toAttributes } from './item-attributes.ts';
import { SecretServiceError } from './to-error.ts';
import { asksEachTime, findLockedCollection, unlockInteractively } from './unlock.ts';
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

export async function searchItems({ session }: Attempt, attributes: calls.Attributes): Promise<Item[]> {
  const [unlocked, locked] = await calls.searchItems(session, attributes);
  return [...unlocked.map((path) => ({ path, locked: false })), ...locked.map((path) => ({ path, locked: true }))];
}

/** Returns the items of a credential, which may be locked. None means that the credential certainly isn't there. */
export async function findItems(attempt: Attempt, name: CredentialName): Promise<readonly Item[]> {
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
export async function filterNewest({ session }: Attempt, items: readonly Item[]): Promise<readonly Item[]> {
  if (items.length <= 1) return items;
  const times = await inBatches(items, ({ path }) => calls.readModified(session, path));
  const newest = Math.max(...times);
  return items.filter((_, index) => times[index] === newest);
}

/** Unlocks the items that are locked. */
export async function unlockItems(attempt: Attempt, items: readonly Item[]): Promise<Item[]> {
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
