import { CredentialError } from '../domain/credential-error.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import type { Context } from './context.ts';

/**
 * Rejects with `round-trip-mismatch` where a keyring gives back other bytes than it was given: what it says it holds is
 * not what was stored, and no copy may be removed for it. Any other failing shows when it is read.
 */
export async function trustSource({ stores, settings, signal }: Context, store: StoreId): Promise<void> {
  if (store === 'file' || settings.policy.keyringDisabled || !stores.candidates.includes(store)) return;
  const probe = await (await stores.openProbe(store)).probe({ signal });
  if (probe.kind !== 'service-failure' || probe.reason !== 'round-trip-mismatch') return;
  throw new CredentialError(
    probe.reason,
    `the ${storeNames[store]} gave back another secret than it was given: nothing is removed on its word`,
    { hint: 'look at what it gives for each name, and store anew what is wrong' },
  );
}
