import { advise } from '../../domain/advice/advise.ts';
import { describeDisabler, formatEnableCommand } from '../../domain/advice/setting-advice.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, isSameName, sortUniqueNames } from '../../domain/credential-name.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { checkFileAllowed, checkPolicy, getSearchOrder, requiresKeyring } from '../credentials/enabled-stores.ts';
import { type ListedCredential, listStore } from '../credentials/list-credentials.ts';
import { runSelection } from '../credentials/select-store.ts';
import { toReason } from '../credentials/store-error.ts';
import type { StoreFailures } from './locate-copies.ts';
import { previewReconciliation, reconcileCredential, verifySource } from './reconcile-credential.ts';
import { type MoveReport, reportMove } from './report.ts';

/** The credentials that a migration is about. */
export interface MigrationScope {
  /** The application's own: recorded, in the encrypted file, or of the given service. */
  readonly names: readonly CredentialName[];
  /** The stores that have these, as far as is known. */
  readonly sources: ReadonlySet<StoreId>;
  /** What else a keyring has, which other programs may have stored. */
  readonly others: readonly ListedCredential[];
}

/**
 * Finds the credentials to move to a store, of one service or of all. Without a service, a keyring's credentials are
 * moved only if they are recorded, because the others may belong to other programs.
 *
 * - the encrypted file can't be opened → rejects
 * - the user requires a keyring → the encrypted file isn't opened, with a notice if it exists
 * - a keyring is unavailable, and a service is given or the placement file is missing or damaged → rejects with its error
 */
export async function findMigrationScope(context: Context, to: StoreId, service?: string): Promise<MigrationScope> {
  await checkPolicy(context);
  const { placement, state } = await context.placement.read();
  const own: ListedCredential[] = placement.filter((entry) => service === undefined || entry.service === service);
  const found: ListedCredential[] = [];
  for (const store of getSearchOrder(context)) {
    if (store === 'file' || service !== undefined) own.push(...(await listContents(context, store, service)));
    else if (store !== to) found.push(...(await listOthers(context, store, state === 'intact')));
  }
  if (requiresKeyring(context) && (await context.stores.hasFile())) {
    const { storage } = context.profile.variables;
    context.terminal.notice(
      `the encrypted file is excluded by ${storage}=keychain, so keystow moves nothing out of it`,
      'list-incomplete',
    );
  }
  const names = sortUniqueNames(own);
  return {
    names,
    sources: new Set(own.map(({ store }) => store).filter((store) => store !== to)),
    others: found.filter((name) => !names.some((other) => isSameName(other, name))),
  };
}

/**
 * Moves credentials to a store, one after the other, and yields the result for each. If the process is killed, a read still
 * finds every credential, and running this again completes the move. A dry run makes the
 * same checks and writes nothing. Rejects as {@link checkTarget} and {@link verifySource} do, before anything is moved.
 */
export async function* migrate(
  context: Context,
  { names, sources }: Pick<MigrationScope, 'names' | 'sources'>,
  { to, dryRun }: { readonly to: StoreId; readonly dryRun: boolean },
): AsyncGenerator<MoveReport> {
  await checkTarget(context, to);
  if (names.length > 0) await context.placement.checkWritable();
  for (const source of sources) await verifySource(context, source);
  const failures: StoreFailures = new Map();
  const reconcile = dryRun ? previewReconciliation : reconcileCredential;
  for (const name of names) {
    yield reportMove(context, await reconcile(context, name, { target: to }, failures), failures);
  }
}

/** Lists what a store has, recorded or not. Empty if it can't list without a service. */
async function listContents(
  context: Context,
  store: StoreId,
  service: string | undefined,
): Promise<readonly ListedCredential[]> {
  const names = await listStore(context, store, { recorded: [], service, isComplete: false });
  return names.map((name) => ({ ...name, store }));
}

/** `isComplete`: the placement file is intact, so credentials that aren't recorded belong to other programs. */
async function listOthers(context: Context, id: StoreId, isComplete: boolean): Promise<readonly ListedCredential[]> {
  try {
    return await listContents(context, id, undefined);
  } catch (error) {
    if (!isComplete || !(error instanceof CredentialError)) throw error;
    if (toReason(error) === undefined && error.code !== 'keyring-required') throw error;
    context.terminal.notice(`${error.message}, so its other credentials are not listed`, 'list-incomplete');
    return [];
  }
}

/**
 * Checks that credentials can be stored in the target, with the same probe as a selection.
 *
 * - the machine doesn't have the store → `not-installed`
 * - the user disabled the keyrings → `contradictory-settings`
 * - the target is the encrypted file, and the user requires a keyring → `keyring-required`
 * - the target is the encrypted file, it would need a new passphrase, and nobody can be asked → `passphrase-required`
 * - unavailable, or volatile → `keyring-required`, with the fix as a hint
 */
async function checkTarget(context: Context, target: StoreId): Promise<void> {
  const { settings, stores, host } = context;
  if (target === 'file') {
    checkFileAllowed(context);
    return stores.checkNewFile();
  }
  await stores.open(target);
  if (settings.policy.keyringDisabled) {
    const message = `the ${storeNames[target]} is disabled by ${describeDisabler(host)}`;
    throw new CredentialError('contradictory-settings', message, { hint: formatEnableCommand(host) });
  }
  const policy = { preference: 'keychain', keyringDisabled: false };
  const targetOnly = { ...context, settings: { ...settings, policy }, stores: { ...stores, candidates: [target] } };
  const { selection } = await runSelection(targetOnly, () => {});
  const [skipped] = selection.skipped;
  if (skipped === undefined) return;
  const { explanation, fix } = advise(skipped, host);
  throw targetError(target, new CredentialError('failed', explanation, { hint: fix }));
}

function targetError(target: StoreId, error: unknown): unknown {
  if (!(error instanceof CredentialError) || error.code === 'cancelled') return error;
  const { message, hint } = error;
  return new CredentialError('keyring-required', `cannot store credentials in the ${storeNames[target]}: ${message}`, {
    ...(hint && { hint }),
  });
}
