import { sameName } from '../domain/credential-name.ts';
import type { Placement } from '../domain/placement.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';
import { namesOf } from './names-of.ts';

/** What is remembered, less what `usable`, a store that answers without a passphrase, no longer has. */
export async function stillKept(
  { stores, signal }: Context,
  remembered: Placement,
  usable: Exclude<StoreId, 'file'>,
): Promise<Placement> {
  const here = remembered.filter(({ store }) => store === usable);
  if (here.length === 0) return remembered;
  const names = await namesOf(await stores.open(usable), here, signal);
  return remembered.filter((placed) => placed.store !== usable || names.some((name) => sameName(name, placed)));
}
