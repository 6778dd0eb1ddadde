import { CredentialError } from '../domain/credential-error.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import type { Context } from './context.ts';

/**
 * Rejects with `round-trip-mismatch` where a keyring gives back other bytes than it was given: what would be moved out
 * of it is not what was stored, and must not be removed. Any other failing shows when it is read.
 */
export async function trustSource({ stores, settings, signal }: Context, store: StoreId): Promise<void> {
  if (store === 'file' || settings.policy.keyringDisabled || !stores.candidates.includes(store)) return;
  const probe = await (await stores.prober(store)).probe({ signal });
  if (probe.kind !== 'service-failure' || probe.reason !== 'round-trip-mismatch') return;
  throw new CredentialError(
    probe.reason,
    `the ${storeNames[store]} gave back another secret than it was given: nothing is moved out of it`,
    { hint: 'keystow get shows what it gives for a name; store it anew where that is wrong' },
  );
}
