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

/** The items of a credential. */
export interface Matches {
  /** Those with exactly the attributes that keystow writes, whichever program wrote them. */
  readonly own: readonly Item[];
  /** Those with other attributes besides, which belong to other programs: they are never changed. */
  readonly foreign: readonly Item[];
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
  const { own, foreign } = found.length > 1 ? await classifyItems(attempt, found) : { own: found, foreign: [] };
  const [item, duplicate] = own.length > 0 || !readsForeign ? await filterNewest(attempt, own) : foreign;
  if (duplicate !== undefined) throw new SecretServiceError('ambiguous');
  if (item === undefined) return undefined;
  await unlockItems(attempt, [item]);
  const session = await attempt.session.path;
  const [bytes, attributes] = await Promise.all([
    calls.getSecret(attempt.session, item.path, session),
    calls.readAttributes(attempt.session, item.path),
  ]);
  const isForeign = parseName(attributes, attempt.schema) === undefined;
  return isForeign && !readsForeign ? undefined : { secret: new Secret(bytes), isForeign };
}

/** Finds the items of a credential, and reads their attributes to tell whose they are. */
export async function findMatches(attempt: Attempt, name: CredentialName): Promise<Matches> {
  return classifyItems(attempt, await findItems(attempt, name));
}

export async function searchItems({ session }: Attempt, attributes: calls.Attributes): Promise<Item[]> {
  const [unlocked, locked] = await calls.searchItems(session, attributes);
  return [...unlocked.map((path) => ({ path, locked: false })), ...locked.map((path) => ({ path, locked: true }))];
}

/** Returns the items of a credential, which may be locked. None means that the credential certainly isn't there. */
async function findItems(attempt: Attempt, name: CredentialName): Promise<readonly Item[]> {
  const { provider } = attempt.session;
  const search = () => searchItems(attempt, toAttributes(name, attempt.schema));
  // gnome-keyring also finds locked items. KeePassXC would prompt, and KWallet's items change when it's unlocked.
  const early = provider === 'gnome-keyring' ? await search() : undefined;
  if (early !== undefined && early.length > 0) return early;
  const collection = await findLockedCollection(attempt);
  if (collection === undefined) return early ?? (await search());
  const found = provider === 'keepassxc' ? [] : (early ?? (await search()));
  if (found.length > 0) return found;
  await unlockInteractively(attempt, [collection]);
  return search();
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

async function classifyItems(attempt: Attempt, items: readonly Item[]): Promise<Matches> {
  const { session, schema } = attempt;
  const attributes = await inBatches(items, ({ path }) => calls.readAttributes(session, path));
  const isOwn = (index: number) => parseName(attributes[index] ?? {}, schema) !== undefined;
  const own = items.filter((_, index) => isOwn(index));
  // gnome-keyring shows only hashes of a locked item's attributes.
  const isHidden = (item: Item, index: number) => item.locked && attributes[index]?.service === undefined;
  if (own.length > 0 || !items.some(isHidden))
    return { own, foreign: items.filter((item, index) => !isOwn(index) && !isHidden(item, index)) };
  await unlockItems(attempt, items.filter(isHidden));
  return classifyItems(
    attempt,
    items.map((item, index) => (isHidden(item, index) ? { ...item, locked: false } : item)),
  );
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
