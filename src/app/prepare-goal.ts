import { advise } from '../domain/advice/advise.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import { chooseStore } from './choose-store.ts';
import type { Context } from './context.ts';
import { withFix } from './store-failure.ts';

/**
 * Makes sure that a store can take credentials, by the same probe that a choice rests on; `dryRun`: as far as a look at
 * it tells, without writing.
 *
 * - the machine does not have it → `not-installed`
 * - the user switched the keyrings off → `contradictory-settings`
 * - it does not serve, or forgets → `keyring-required`, with what would make it serve
 */
export async function prepareGoal(context: Context, store: StoreId, dryRun: boolean): Promise<void> {
  const { settings, stores, profile, host, signal } = context;
  const opened = await stores.open(store);
  if (store === 'file') return;
  if (settings.policy.keyringDisabled) {
    const variable = profile.variables.disableKeyring;
    throw new CredentialError('contradictory-settings', `the ${storeNames[store]} is switched off by ${variable}`, {
      hint: `unset ${variable}`,
    });
  }
  if (dryRun) {
    await opened.list(profile.sentinelService, { signal }).catch((error: unknown) => {
      throw refused(store, withFix(error, store, context));
    });
    return;
  }
  const policy = { preference: 'keychain', keyringDisabled: false };
  const alone = { ...context, settings: { ...settings, policy }, stores: { ...stores, candidates: [store] } };
  const { selection } = await chooseStore(alone, () => {});
  const [about] = selection.skipped;
  if (about === undefined) return;
  const { explanation, fix } = advise(about, host);
  throw refused(store, new CredentialError('failed', explanation, { hint: fix }));
}

function refused(store: StoreId, error: unknown): unknown {
  if (!(error instanceof CredentialError) || error.code === 'cancelled') return error;
  const { message, hint } = error;
  return new CredentialError('keyring-required', `the ${storeNames[store]} cannot take credentials: ${message}`, {
    ...(hint && { hint }),
  });
}
