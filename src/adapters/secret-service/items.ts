import { type CredentialName, sortUniqueNames } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { withBusLock } from './bus-lock.ts';
import {
  type Attributes,
  createItem,
  deleteItem,
  getSecret,
  isItemLocked,
  readAttributes,
  readItems,
  readModified,
  searchItems,
  setSecret,
} from './calls.ts';
import { attributesFor, attributesForService, formatLabel, parseName } from './item-attributes.ts';
import { SecretServiceError } from './to-error.ts';
import { answerChange, asksEachTime, lockedCollection, unlockInteractively } from './unlock.ts';
import type { Attempt } from './with-retries.ts';

export async function readItem(attempt: Attempt, name: CredentialName): Promise<Secret | undefined> {
  const [item, tied] = await findNewest(attempt, await findItems(attempt, name));
  if (tied !== undefined) throw new SecretServiceError('ambiguous');
  if (item === undefined) return undefined;
  await unlockItems(attempt, [item]);
  return new Secret(await getSecret(attempt.session, item.path, await attempt.session.path));
}

/** Overwrites the newest of several items, then deletes the others: from then on every tool reads the same. */
export async function writeItem(attempt: Attempt, name: CredentialName, secret: Secret): Promise<void> {
  await withBusLock(attempt, async () => {
    const found = await findItems(attempt, name);
    const [item] = await findNewest(attempt, found);
    if (item === undefined) {
      await createItemFor(attempt, name, secret);
      return;
    }
    await unlockItems(attempt, [item]);
    await setSecret(attempt.session, item.path, await attempt.session.path, secret.expose());
    const others = found.filter(({ path, locked }) => path !== item.path && !locked);
    await inBatches(others, (other) => deletePath(attempt, other.path));
  });
}

/** Gives the new item's path. */
export async function createItemFor(attempt: Attempt, name: CredentialName, secret: Secret): Promise<string> {
  const { session, collection, schema } = attempt;
  if (collection === undefined) throw new SecretServiceError('no-collection');
  const item = {
    label: formatLabel(name, schema),
    attributes: attributesFor(name, schema),
    bytes: secret.expose(),
    // KeePassXC, which then looks for it once more, never answers where another creates one at that moment.
    replaces: session.provider !== 'keepassxc',
  };
  const [path, prompt] = await createItem(session, collection, await session.path, item);
  const result = await answerChange(attempt, prompt);
  return result === undefined ? path : String(result);
}

/** Deletes every item of the name. `found` is called once there is one. */
export async function deleteItems(attempt: Attempt, name: CredentialName, found: () => void): Promise<void> {
  await withBusLock(attempt, async () => {
    const items = await findItems(attempt, name);
    if (items.length > 0) found();
    await inBatches(await unlockItems(attempt, items), ({ path }) => deletePath(attempt, path));
  });
}

export async function listCredentials(
  attempt: Attempt,
  service: string | undefined,
): Promise<readonly CredentialName[]> {
  const items = await searchUnlocked(attempt, service);
  const attributes = await inBatches(items, ({ path }) => readAttributes(attempt.session, path));
  return sortUniqueNames(attributes.map((its) => parseName(its, attempt.schema)).filter((name) => name !== undefined));
}

export async function deletePath(attempt: Attempt, path: string): Promise<void> {
  await answerChange(attempt, await deleteItem(attempt.session, path));
}

export interface Item {
  readonly path: string;
  readonly locked: boolean;
}

async function search({ session }: Attempt, attributes: Attributes): Promise<Item[]> {
  const [unlocked, locked] = await searchItems(session, attributes);
  return [...unlocked.map((path) => ({ path, locked: false })), ...locked.map((path) => ({ path, locked: true }))];
}

/** All items. Given no attributes KeePassXC finds nothing, so it is asked what is in the default collection. */
export async function searchAll(attempt: Attempt): Promise<Item[]> {
  const { session, collection } = attempt;
  if (session.provider !== 'keepassxc' || collection === undefined) return search(attempt, {});
  const paths = await readItems(session, collection);
  return inBatches(paths, async (path) => ({ path, locked: await isItemLocked(session, path) }));
}

/** The items of a service, or all, none of them locked: whoever is there is asked to unlock what is. */
export async function searchUnlocked(attempt: Attempt, service: string | undefined): Promise<Item[]> {
  const collection = await lockedCollection(attempt);
  if (collection !== undefined) await unlockInteractively(attempt, [collection]);
  return unlockItems(
    attempt,
    await (service === undefined ? searchAll(attempt) : search(attempt, attributesForService(service, attempt.schema))),
  );
}

/** The items that hold a credential, perhaps locked. None is certainty: it is not kept. */
export async function findItems(attempt: Attempt, name: CredentialName): Promise<readonly Item[]> {
  const { provider } = attempt.session;
  const searching = () => search(attempt, attributesFor(name, attempt.schema));
  // Searched while locked, KeePassXC asks its user, and KWallet is not yet what it will be: those are looked at first.
  const early = provider === 'gnome-keyring' ? searching() : undefined;
  const [collection, ahead] = await Promise.all([lockedCollection(attempt), early]);
  if (collection === undefined || provider !== 'keepassxc') {
    const found = ahead ?? (await searching());
    if (collection === undefined || found.length > 0) return filterOwn(attempt, found);
  }
  await unlockInteractively(attempt, [collection]);
  return filterOwn(attempt, await searching());
}

/** Of several items the one modified last, in seconds: more than one where that was at the same time. */
export async function findNewest({ session }: Attempt, items: readonly Item[]): Promise<readonly Item[]> {
  if (items.length <= 1) return items;
  const times = await inBatches(items, ({ path }) => readModified(session, path));
  const last = Math.max(...times);
  return items.filter((_, index) => times[index] === last);
}

/** Unlocks those that are locked. */
export async function unlockItems(attempt: Attempt, items: readonly Item[]): Promise<Item[]> {
  const locked = items.filter((item) => item.locked).map(({ path }) => path);
  if (locked.length > 0)
    await unlockInteractively(attempt, locked, attempt.session.provider === 'keepassxc' ? asksEachTime : {});
  return items.map(({ path }) => ({ path, locked: false }));
}

/** Of the items that match a name, those that are nothing else. One that matches alone counts, whatever else it is. */
async function filterOwn(attempt: Attempt, matches: readonly Item[]): Promise<readonly Item[]> {
  if (matches.length <= 1) return matches;
  const attributes = await inBatches(matches, ({ path }) => readAttributes(attempt.session, path));
  const exact = matches.filter((_, index) => parseName(attributes[index] ?? {}, attempt.schema) !== undefined);
  if (exact.length > 0) return exact;
  // A provider may hide the attributes of what is locked.
  if (matches.some((item) => item.locked)) return filterOwn(attempt, await unlockItems(attempt, matches));
  throw new SecretServiceError('ambiguous');
}

/** Calls under way at once: a bus may limit what one client has unanswered, to 128 where nothing else is configured. */
const batchSize = 64;

/** `ask` of every item, many at a time, in order. */
export async function inBatches<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  // Stryker disable next-line EqualityOperator: one more batch would be empty
  for (let start = 0; start < items.length; start += batchSize) {
    results.push(...(await Promise.all(items.slice(start, start + batchSize).map(ask))));
  }
  return results;
}
