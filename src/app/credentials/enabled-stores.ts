import {
  describeDisabler,
  describeRequirement,
  formatEnableCommand,
  formatOptionalKeyring,
} from '../../domain/advice/setting-advice.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { CredentialStore } from '../../ports/credential-store.ts';
import type { Context, ReadContext } from '../context.ts';

/**
 * The stores to search for a credential that isn't recorded in the placement file, best first. If the user asked for the
 * file or disabled the keyring, no keyring is searched. If the user requires a keyring, the file isn't searched.
 */
export function getSearchOrder(context: ReadContext): readonly StoreId[] {
  const { preference, keyringDisabled } = context.settings.policy;
  if (preference === 'file' || (keyringDisabled && !requiresKeyring(context))) return ['file'];
  const keyrings = context.stores.candidates.filter((candidate) => candidate !== 'keyutils');
  return requiresKeyring(context) ? keyrings : [...keyrings, 'file'];
}

/** Returns whether the user requires a keyring, so that the encrypted file is neither read nor written. */
export function requiresKeyring({ settings }: Pick<ReadContext, 'settings'>): boolean {
  return settings.policy.preference === 'keychain';
}

interface EnabledStoresContext<Store> extends Pick<ReadContext, 'settings' | 'host'> {
  readonly stores: { open(id: StoreId): Promise<Store> };
}

/**
 * Opens a store.
 *
 * - a keyring, and the user disabled keyrings → `disabled`
 * - the encrypted file, and the user requires a keyring → `keyring-required`
 */
export async function openEnabledStore<Store extends Pick<CredentialStore, 'get'>>(
  context: EnabledStoresContext<Store>,
  store: StoreId,
): Promise<Store> {
  const { settings, stores } = context;
  if (store === 'file') checkFileAllowed(context);
  if (settings.policy.keyringDisabled && store !== 'file') {
    // Only here: a read without prompts has no description of the machine.
    const { host } = context;
    throw new CredentialError('disabled', `the ${storeNames[store]} is disabled by ${describeDisabler(host)}`, {
      hint: `${formatEnableCommand(host)}, or store the credential again`,
    });
  }
  return stores.open(store);
}

/** If the user requires a keyring → throws `keyring-required`. Call it before the encrypted file is opened. */
export function checkFileAllowed(context: Pick<ReadContext, 'settings' | 'host'>): void {
  if (!requiresKeyring(context)) return;
  const { host } = context;
  throw new CredentialError('keyring-required', `the encrypted file is excluded by ${describeRequirement(host)}`, {
    hint: formatOptionalKeyring(host),
  });
}

/**
 * If the user requires a keyring, and none is usable → rejects with `keyring-required`. Call it before reporting that a
 * credential doesn't exist.
 */
export async function checkRequiredKeyring(context: Context): Promise<void> {
  if (!requiresKeyring(context)) return;
  const { selectStore } = await import('./select-store.ts');
  await selectStore(context);
}

/** Rejects invalid settings (rules 1 and 4) before any store is opened → `invalid-preference`, `contradictory-settings`. */
export async function checkPolicy({ settings: { policy }, host, stores }: ReadContext): Promise<void> {
  // Always valid, so that a read doesn't have to load the selection.
  if (policy.preference === 'auto' || policy.preference === 'file') return;
  const [{ startSelection }, { selectionError }] = await Promise.all([
    import('../../domain/selection/selection.ts'),
    import('./select-store.ts'),
  ]);
  const [state] = startSelection(policy, stores.candidates);
  if (state.status === 'rejected' && state.code !== 'keyring-required') throw selectionError(state, host);
}
