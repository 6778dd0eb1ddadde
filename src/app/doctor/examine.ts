import type { CredentialName } from '../../domain/credential-name.ts';
import { requireBoth } from '../../domain/envelope/file-record.ts';
import { type ExpiringCredential, findExpiring } from '../../domain/placement/expiry.ts';
import { sortNewestFirst } from '../../domain/placement/placement-index.ts';
import { getCommand, type KeySource } from '../../domain/profile.ts';
import { type Divergence, findDivergences } from '../../domain/reconcile/divergence.ts';
import type { Evidence } from '../../domain/selection/probe-result.ts';
import type { StoreId } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { requiresKeyring } from '../credentials/enabled-stores.ts';
import { toKey } from '../credentials/list-credentials.ts';
import { runSelection } from '../credentials/select-store.ts';
import { countCredentials, findMissing, takeInventory } from '../reconcile/locate-copies.ts';
import type { Settings } from '../settings.ts';
import type { SelectionInputs } from './replay.ts';
import { reportSelection, type SelectionReport, type SkippedStoreReport } from './selection-report.ts';
import { describeStorage, type StorageFindings, type StorageReport } from './storage-report.ts';

/** The report that `doctor --json` prints. */
export interface DoctorReport {
  readonly storage: StorageReport;
  readonly divergences: readonly (CredentialName & Divergence)[];
  readonly expiring: readonly ExpiringCredential[];
  readonly selection: SelectionReport;
  readonly inputs: SelectionInputs;
}

/** Examines every store, and changes nothing. Warnings become part of the report. `misspelled`: see `findMisspelledVariables`. */
export async function examine(context: Context, misspelled: readonly string[] = []): Promise<DoctorReport> {
  const { settings, stores, host } = context;
  const run = await runSelection(context, () => {}, { forReport: true });
  const selection = reportSelection(run, host);
  const bus = run.probes.get('secret-service')?.evidence ?? {};
  const findings = await findStorage(context, selection, bus);
  return {
    storage: describeStorage(context, findings, { selection, misspelled, bus }),
    divergences: findings.inventory.credentials.flatMap(({ name, copies }) =>
      findDivergences(copies, getCommand(context.profile)).map((divergence) => ({ ...name, ...divergence })),
    ),
    expiring: findExpiring((await context.placement.read()).placement, context.clock()),
    selection,
    inputs: {
      policy: settings.policy,
      candidates: [...stores.candidates],
      probes: [...run.probes].map(([store, probe]) => ({ store, probe })),
      host,
      interactive: settings.interactive,
    },
  };
}

/** Finds out where credentials are stored, without asking for a passphrase: one from the environment opens the file. */
async function findStorage(context: Context, selection: SelectionReport, bus: Evidence): Promise<StorageFindings> {
  const errors: unknown[] = [];
  const addError = (error: unknown): undefined => void errors.push(error);
  const snapshot = await context.placement.read();
  const isFileExcluded = requiresKeyring(context);
  const file = isFileExcluded
    ? undefined
    : await context.stores.findFileKeySource().then((keySource) => ({ keySource }), addError);
  const fileAccess = file === undefined ? 'locked' : findFileAccess(file.keySource, context.settings);
  const keyring = selection.outcome === 'selected' && selection.store !== 'file' ? selection.store : undefined;
  const isIntact = snapshot.state === 'intact';
  const unrecorded = isIntact || !keyring ? [] : await listAll(context, keyring).catch(addError);
  const inventory = await takeInventory(context, snapshot.placement, { keyring, unrecorded, file: fileAccess });
  errors.push(...inventory.problems);
  const writesFile = selection.outcome === 'selected' && selection.store === 'file' && !isFileExcluded;
  // Problems of the placement file itself are in the snapshot, and those of the encrypted file among the errors.
  if (writesFile && snapshot.why === undefined && errors.length === 0)
    await context.placement.checkWritable().catch(addError);
  const missing = findMissing(inventory);
  const placement = snapshot.placement.filter((entry) => !missing.has(toKey(entry)));
  const kept = countCredentials(inventory, placement);
  const keptIn = new Set(kept.map(({ store }) => store));
  const skipped = isIntact ? [] : findExisting(selection, bus).filter((id) => !keptIn.has(id));
  const isFileUnknown = !isIntact && !isFileExcluded && fileAccess === 'locked' && !keptIn.has('file');
  return {
    inventory,
    records: snapshot,
    errors,
    store:
      sortNewestFirst(placement)[0]?.store ??
      (isIntact ? undefined : file?.keySource ? 'file' : unrecorded?.length ? keyring : undefined),
    kept,
    notAsked: isFileUnknown ? [...skipped, 'file'] : skipped,
    keySource: file?.keySource ?? (await findRequiredKeySource(context)),
    isNewFile: !file?.keySource,
    isFileExcluded,
    hasExcludedFile: isFileExcluded && (await context.stores.hasFile()),
  };
}

/** What would open a new file: a lost one is only replaced by one that's as well protected. */
async function findRequiredKeySource({ settings, placement }: Context): Promise<KeySource> {
  return requireBoth(settings.keySource, (await placement.recallFile())?.keySource);
}

/** Whether the file can be listed without a prompt. */
function findFileAccess(
  keySource: KeySource | undefined,
  { envPassphrase, presetPassphrase }: Settings,
): 'absent' | 'open' | 'locked' {
  if (keySource === undefined) return 'absent';
  return keySource === 'home' || envPassphrase || presetPassphrase ? 'open' : 'locked';
}

/** The credentials in a store that can list them. */
async function listAll({ stores, signal }: Context, id: StoreId): Promise<readonly CredentialName[]> {
  const store = await stores.open(id);
  return store.listing === 'all' ? store.list(undefined, { signal }) : [];
}

/** Finds the skipped stores that exist, or may exist. */
function findExisting({ skipped }: SelectionReport, { hasKeyring }: Evidence): readonly StoreId[] {
  const exists = (found: SkippedStoreReport) =>
    found.class === 'service-failure' || (found.store === 'secret-service' && hasKeyring);
  return skipped.flatMap((found) => (found.store !== 'keyutils' && exists(found) ? [found.store] : []));
}
