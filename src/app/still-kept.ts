import { sameName } from '../domain/credential-name.ts';
import type { Placement } from '../domain/placement.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';

/** What is remembered, less what `usable`, a store that answers without a passphrase, no longer has. */
export async function stillKept(
  { stores, signal }: Context,
  remembered: Placement,
  usable: Exclude<StoreId, 'file'>,
): Promise<Placement> {
  const services = new Set(remembered.flatMap(({ store, service }) => (store === usable ? [service] : [])));
  if (services.size === 0) return remembered;
  const store = await stores.open(usable);
  const lists = await Promise.all([...services].map((service) => store.list(service, { signal })));
  const names = lists.flat();
  return remembered.filter((placed) => placed.store !== usable || names.some((name) => sameName(name, placed)));
}
