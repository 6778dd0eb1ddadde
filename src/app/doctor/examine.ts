import { describeUnusedPassphrase, findMissingVariable } from '../../domain/advice/passphrase-variables.ts';
import { describeRequirement } from '../../domain/advice/setting-advice.ts';
import { describeHeadless } from '../../domain/advice/store-advice.ts';
import { CredentialError, type ErrorCode, fileCodes } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { requireBoth } from '../../domain/envelope/file-record.ts';
import { type ExpiringCredential, findExpiring } from '../../domain/placement/expiry.ts';
import { sortNewestFirst } from '../../domain/placement/placement-index.ts';
import { getCommand, type KeySource } from '../../domain/profile.ts';
import { type Divergence, findDivergences } from '../../domain/reconcile/divergence.ts';
import type { Evidence } from '../../domain/selection/probe-result.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { Context } from '../context.ts';
import { requiresKeyring } from '../credentials/enabled-stores.ts';
import { toKey } from '../credentials/list-credentials.ts';
import { runSelection } from '../credentials/select-store.ts';
import { countCredentials, findMissing, type Inventory, takeInventory } from '../reconcile/locate-copies.ts';
import { type Settings, toPassphraseVariables } from '../settings.ts';
import type { SelectionInputs } from './replay.ts';
import { reportSelection, type SelectionReport, type SkippedStoreReport } from './selection-report.ts';

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
  const { storage, inventory } = await reportStorage(context, selection, { misspelled, bus });
  return {
    storage,
    divergences: inventory.credentials.flatMap(({ name, copies }) =>
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

/** Where credentials are stored now. */
export interface StorageReport {
  readonly label: StorageLabel;
  /** The store of the newest credential. `null` if nothing is stored. */
  readonly store: StoreId | null;
  /** How many credentials each store is known to have, without the empty ones. */
  readonly kept: readonly { readonly store: StoreId; readonly credentials: number }[];
  /** Stores that may have credentials without a record, but could not be asked. Absent if all were asked. */
  readonly notAsked?: readonly StoreId[];
  /** What to know first, if nothing needs to be done about a keyring that isn't used. */
  readonly summary?: string;
  /** Lines for people: why the OS keyring isn't used, and what's wrong. */
  readonly details: readonly string[];
  /** What's wrong, also among the details. */
  readonly problems: readonly string[];
  /**
   * What to do about files and folders that are refused, because other users could have changed them or they aren't what was
   * written, and about a file that doesn't open.
   */
  readonly fixes: readonly string[];
  /** Why the encrypted file can't be used, if credentials are in it or would go there. Decides the exit code of `doctor`. */
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** The user decides what becomes of the file. */
const fixableCodes: ReadonlySet<ErrorCode> = new Set([
  'file-refused',
  'file-missing',
  'file-replaced',
  'file-downgraded',
  'file-damaged',
  'wrong-passphrase',
]);

function isFileCode(code: ErrorCode): boolean {
  return (fileCodes as readonly ErrorCode[]).includes(code);
}

/** What would open a new file: a lost one is only replaced by one that's as well protected. */
async function findRequiredKeySource({ settings, placement }: Context): Promise<KeySource> {
  return requireBoth(settings.keySource, (await placement.recallFile())?.keySource);
}

/** The heading of a doctor report: where credentials are stored now. */
export type StorageLabel =
  | 'OS keyring'
  /** Only if the user asks for pass(1). */
  | 'Password store (pass)'
  | 'Custom store'
  | 'Encrypted file (interactive passphrase)'
  | 'Encrypted file (env passphrase)'
  | 'Encrypted file (passphrase of the application)'
  /** Needs no passphrase. */
  | 'Encrypted file (sealed by home directory)'
  | 'No credentials stored';

/**
 * Finds out where credentials are stored, without asking for a passphrase: one from the environment opens the file. Problems
 * are reported as details.
 */
async function reportStorage(
  context: Context,
  selection: SelectionReport,
  { misspelled, bus }: { readonly misspelled: readonly string[]; readonly bus: Evidence },
): Promise<{ readonly storage: StorageReport; readonly inventory: Inventory }> {
  const { settings } = context;
  const snapshot = await context.placement.read();
  const problems =
    snapshot.why === undefined ? [] : [`the placement file ${snapshot.why}; every store is searched instead`];
  const fixes = new Set(snapshot.hint === undefined ? [] : [snapshot.hint]);
  let fileError: CredentialError | undefined;
  const addProblem = (error: unknown): undefined => {
    if (error instanceof CredentialError && isFileCode(error.code)) fileError ??= error;
    if (error instanceof CredentialError && fixableCodes.has(error.code) && error.hint) fixes.add(error.hint);
    problems.push(error instanceof CredentialError ? error.message : String(error));
  };
  const isExcluded = requiresKeyring(context);
  const file = isExcluded
    ? undefined
    : await context.stores.findFileKeySource().then((keySource) => ({ keySource }), addProblem);
  const fileAccess = file === undefined ? 'locked' : findFileAccess(file.keySource, settings);
  const keyring = selection.outcome === 'selected' && selection.store !== 'file' ? selection.store : undefined;
  const isIntact = snapshot.state === 'intact';
  const unrecorded = isIntact || !keyring ? [] : await listAll(context, keyring).catch(addProblem);
  const inventory = await takeInventory(context, snapshot.placement, { keyring, unrecorded, file: fileAccess });
  inventory.problems.forEach(addProblem);
  problems.push(...misspelled);
  const missing = findMissing(inventory);
  const placement = snapshot.placement.filter((entry) => !missing.has(toKey(entry)));
  const keySource = file?.keySource ?? (await findRequiredKeySource(context));
  const store =
    sortNewestFirst(placement)[0]?.store ??
    (isIntact ? undefined : file?.keySource ? 'file' : unrecorded?.length ? keyring : undefined);
  const kept = countCredentials(inventory, placement);
  const keptIn = new Set(kept.map(({ store }) => store));
  const skipped = isIntact ? [] : findExisting(selection, bus).filter((id) => !keptIn.has(id));
  const isFileUnknown = !isIntact && !isExcluded && fileAccess === 'locked' && !keptIn.has('file');
  const notAsked: readonly StoreId[] = isFileUnknown ? [...skipped, 'file'] : skipped;
  const usesFile = store === 'file' || (selection.outcome === 'selected' && selection.store === 'file');
  const isFine = usesFile && (store ?? 'file') === 'file' && problems.length === 0 && notAsked.length === 0;
  const summary = isFine ? describeHeadless(selection.skipped, settings.policy, bus) : undefined;
  const storage: StorageReport = {
    ...(summary !== undefined && { summary }),
    label: toStorageLabel(store, keySource, settings),
    store: store ?? null,
    kept,
    ...(notAsked.length > 0 && { notAsked }),
    details: [
      ...sortByRelevance(selection.skipped).map(formatNotUsed),
      ...skipped.map((id) => `the ${storeNames[id]} could not be asked: it may have credentials`),
      ...(bus.otherBus ? [`the D-Bus session bus in use is ${bus.otherBus}`] : []),
      ...describeNextStore(store, selection),
      ...(isExcluded && (await context.stores.hasFile()) ? [describeExcludedFile(context)] : []),
      ...(usesFile && !isExcluded
        ? describeFile(context, keySource, { isNew: !file?.keySource, error: fileError })
        : []),
      ...problems,
    ],
    problems,
    fixes: [...fixes],
    ...(fileError && usesFile && { error: { code: fileError.code, message: fileError.message } }),
  };
  return { storage, inventory };
}

/** `store`: of the newest credential, if there is any. */
export function toStorageLabel(
  store: StoreId | undefined,
  keySource: KeySource,
  { envPassphrase, presetPassphrase }: Pick<Settings, 'envPassphrase' | 'presetPassphrase'>,
): StorageLabel {
  if (store === undefined) return 'No credentials stored';
  if (store === 'pass') return 'Password store (pass)';
  if (store === 'custom') return 'Custom store';
  if (store !== 'file') return 'OS keyring';
  if (keySource === 'home') return 'Encrypted file (sealed by home directory)';
  if (presetPassphrase && !envPassphrase) return 'Encrypted file (passphrase of the application)';
  return envPassphrase ? 'Encrypted file (env passphrase)' : 'Encrypted file (interactive passphrase)';
}

/** The detail that says why a store was skipped. */
export function formatNotUsed({ explanation }: SkippedStoreReport): string {
  return `OS keyring not used: ${explanation}`;
}

/** What protects the file, or will protect it, and a variable that is missing to open it. Nothing if that's unknown. */
function describeFile(
  { profile, settings }: Context,
  keySource: KeySource,
  { isNew, error }: { readonly isNew: boolean; readonly error: CredentialError | undefined },
): readonly string[] {
  const passphrase = toPassphraseVariables(profile, settings);
  const missing = keySource === 'passphrase' ? findMissingVariable(passphrase) : undefined;
  const isUnused = keySource === 'home' && passphrase.state === 'set';
  const change = { isNew, seal: profile.variables.keySource, command: getCommand(profile) };
  const isKnown = error === undefined || error.code === 'wrong-passphrase';
  const verb = isNew ? 'does not exist yet, and will be' : 'is';
  return [
    ...(isKnown ? [`${settings.credentialsPath} ${verb} ${describeProtection(keySource)}`] : []),
    ...(missing === undefined ? [] : [missing]),
    ...(isUnused ? [describeUnusedPassphrase(passphrase, change)] : []),
  ];
}

/** Whether the file can be listed without a prompt. */
function findFileAccess(
  keySource: KeySource | undefined,
  { envPassphrase, presetPassphrase }: Settings,
): 'absent' | 'open' | 'locked' {
  if (keySource === undefined) return 'absent';
  return keySource === 'home' || envPassphrase || presetPassphrase ? 'open' : 'locked';
}

/** What an encrypted file with this key source is protected from. */
export function describeProtection(keySource: KeySource): string {
  return keySource === 'home'
    ? 'sealed by your home directory: this guards against a stray backup, grep or paste, not against a program that runs as you'
    : 'sealed by your passphrase';
}

function describeExcludedFile({ settings, host }: Context): string {
  return `${settings.credentialsPath} exists, but is neither read nor written: it is excluded by ${describeRequirement(host)}`;
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

/** Puts the stores that the machine has before those that it doesn't have. */
function sortByRelevance(skipped: readonly SkippedStoreReport[]): readonly SkippedStoreReport[] {
  const exists = (store: SkippedStoreReport) => store.class === 'service-failure' || store.reason === 'volatile';
  return [...skipped].sort((a, b) => Number(exists(b)) - Number(exists(a)));
}

function describeNextStore(store: StoreId | undefined, selection: SelectionReport): string[] {
  if (store === undefined || selection.outcome !== 'selected' || selection.store === store) return [];
  return [`the newest credential is in the ${storeNames[store]}; new ones go to the ${storeNames[selection.store]}`];
}
