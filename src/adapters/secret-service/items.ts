import type { CredentialName } from '../../domain/credential-name.ts';
import { inBatches } from './batches.ts';
import { Fault } from './fault.ts';
import { attributesOf, isItemLocked, itemsOf, modifiedOf } from './further-calls.ts';
import { attributesFor, attributesForService, nameFrom } from './item-name.ts';
import { asksEachTime, lockedCollection, unlockAttended } from './lock.ts';
import { type Attributes, searchItems } from './service-calls.ts';
import type { Visit } from './visit.ts';

export interface Item {
  readonly path: string;
  readonly locked: boolean;
}

async function search({ session }: Visit, attributes: Attributes): Promise<Item[]> {
  const [unlocked, locked] = await searchItems(session, attributes);
  return [...unlocked.map((path) => ({ path, locked: false })), ...locked.map((path) => ({ path, locked: true }))];
}

/** All items. Given no attributes KeePassXC finds nothing, so it is asked what is in the default collection. */
export async function searchAll(visit: Visit): Promise<Item[]> {
  const { session, collection } = visit;
  if (session.provider !== 'keepassxc' || collection === undefined) return search(visit, {});
  const paths = await itemsOf(session, collection);
  return inBatches(paths, async (path) => ({ path, locked: await isItemLocked(session, path) }));
}

/** The items of a service, or all, none of them locked: whoever is there is asked to unlock what is. */
export async function searchUnlocked(visit: Visit, service: string | undefined): Promise<Item[]> {
  const collection = await lockedCollection(visit);
  if (collection !== undefined) await unlockAttended(visit, [collection]);
  return unlockItems(
    visit,
    await (service === undefined ? searchAll(visit) : search(visit, attributesForService(service, visit.layout))),
  );
}

/** The items that hold a credential, perhaps locked. None is certainty: it is not kept. */
export async function find(visit: Visit, name: CredentialName): Promise<readonly Item[]> {
  const { provider } = visit.session;
  const searching = () => search(visit, attributesFor(name, visit.layout));
  // Searched while locked, KeePassXC asks its user, and KWallet is not yet what it will be: those are looked at first.
  const early = provider === 'gnome-keyring' ? searching() : undefined;
  const [collection, ahead] = await Promise.all([lockedCollection(visit), early]);
  if (collection === undefined || provider !== 'keepassxc') {
    const found = ahead ?? (await searching());
    if (collection === undefined || found.length > 0) return own(visit, found);
  }
  await unlockAttended(visit, [collection]);
  return own(visit, await searching());
}

/** Of several items the one modified last, in seconds: more than one where that was at the same time. */
export async function newest({ session }: Visit, items: readonly Item[]): Promise<readonly Item[]> {
  if (items.length <= 1) return items;
  const times = await inBatches(items, ({ path }) => modifiedOf(session, path));
  const last = Math.max(...times);
  return items.filter((_, index) => times[index] === last);
}

/** Unlocks those that are locked. */
export async function unlockItems(visit: Visit, items: readonly Item[]): Promise<Item[]> {
  const locked = items.filter((item) => item.locked).map(({ path }) => path);
  if (locked.length > 0)
    await unlockAttended(visit, locked, visit.session.provider === 'keepassxc' ? asksEachTime : {});
  return items.map(({ path }) => ({ path, locked: false }));
}

/** Of the items that match a name, those that are nothing else. One that matches alone counts, whatever else it is. */
async function own(visit: Visit, matches: readonly Item[]): Promise<readonly Item[]> {
  if (matches.length <= 1) return matches;
  const attributes = await inBatches(matches, ({ path }) => attributesOf(visit.session, path));
  const exact = matches.filter((_, index) => nameFrom(attributes[index] ?? {}, visit.layout) !== undefined);
  if (exact.length > 0) return exact;
  // A provider may hide the attributes of what is locked.
  if (matches.some((item) => item.locked)) return own(visit, await unlockItems(visit, matches));
  throw new Fault('ambiguous');
}
