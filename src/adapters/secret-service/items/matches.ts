import * as calls from '../calls.ts';
import { SecretServiceError } from '../operation.ts';
import { unlockItems } from '../unlock.ts';
import type { Attempt } from '../with-retries.ts';
import { parseName } from './item-attributes.ts';
import type { Item } from './read-item.ts';

/** The items of a credential. */
export interface Matches {
  /** Those with exactly the attributes that keystow writes, whichever program wrote them. */
  readonly own: readonly Item[];
  /** Those with other attributes besides, which belong to other programs: they are never changed. */
  readonly foreign: readonly Item[];
}

/** Selects from several items the one that a read reads. Several that are as good as each other → `ambiguous`. */
export async function selectMatch(
  attempt: Attempt,
  found: readonly Item[],
  { readsForeign }: { readonly readsForeign: boolean },
): Promise<Item | undefined> {
  const { own, foreign } = await classifyItems(attempt, found);
  const [item, duplicate] = own.length > 0 || !readsForeign ? await filterNewest(attempt, own) : foreign;
  if (duplicate !== undefined) throw new SecretServiceError('ambiguous');
  return item;
}

/** Returns the item that was modified last, to the second, or several if they were modified at the same time. */
export async function filterNewest({ session }: Attempt, items: readonly Item[]): Promise<readonly Item[]> {
  if (items.length <= 1) return items;
  const times = await inBatches(items, ({ path }) => calls.readModified(session, path));
  const newest = Math.max(...times);
  return items.filter((_, index) => times[index] === newest);
}

/** Reads the attributes of items to tell whose they are. */
export async function classifyItems(attempt: Attempt, items: readonly Item[]): Promise<Matches> {
  const { session } = attempt;
  const attributes = await inBatches(items, ({ path }) => calls.readAttributes(session, path));
  const isOwn = (index: number) => parseName(attributes[index] ?? {}, attempt) !== undefined;
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
