import {
  describeRequirement,
  describeUnusedPassphrase,
  findMissingVariable,
} from '../../domain/advice/setting-advice.ts';
import { describeHeadless } from '../../domain/advice/store-advice.ts';
import { CredentialError, type ErrorCode, fileCodes } from '../../domain/credential-error.ts';
import { getCommand, type KeySource } from '../../domain/profile.ts';
import type { Evidence } from '../../domain/selection/probe-result.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { PlacementSnapshot } from '../../ports/placement-repository.ts';
import type { Context } from '../context.ts';
import type { Inventory } from '../reconcile/locate-copies.ts';
import { type Settings, toPassphraseVariables } from '../settings.ts';
import type { SelectionReport, SkippedStoreReport } from './selection-report.ts';

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

/** Where credentials are stored, as found in the stores and in the placement file. */
export interface StorageFindings {
  readonly inventory: Inventory;
  /** Why the placement file can't be used, and what to do about it. */
  readonly records: Pick<PlacementSnapshot, 'why' | 'hint'>;
  /** What failed on the way. */
  readonly errors: readonly unknown[];
  /** The store of the newest credential. */
  readonly store: StoreId | undefined;
  /** How many credentials each store is known to have, without the empty ones. */
  readonly kept: readonly { readonly store: StoreId; readonly credentials: number }[];
  /** Stores that may have credentials without a record, but could not be asked. */
  readonly notAsked: readonly StoreId[];
  /** What opens the encrypted file, or would open a new one. */
  readonly keySource: KeySource;
  /** Whether the encrypted file doesn't exist, or can't be read. */
  readonly isNewFile: boolean;
  /** Whether the user requires a keyring. */
  readonly isFileExcluded: boolean;
  /** Whether there is an encrypted file although it's excluded. */
  readonly hasExcludedFile: boolean;
}

/** Describes where credentials are stored, and what's wrong. `bus`: what the Secret Service was found to be. */
export function describeStorage(
  context: Context,
  findings: StorageFindings,
  {
    selection,
    misspelled,
    bus,
  }: { readonly selection: SelectionReport; readonly misspelled: readonly string[]; readonly bus: Evidence },
): StorageReport {
  const { settings } = context;
  const { store, kept, notAsked, isFileExcluded, records, errors } = findings;
  const problems = [
    ...(records.why === undefined ? [] : [`the placement file ${records.why}; every store is searched instead`]),
    ...errors.map((error) => (error instanceof CredentialError ? error.message : String(error))),
    ...misspelled,
  ];
  const fileError = errors.find((error) => error instanceof CredentialError && isFileCode(error.code)) as
    | CredentialError
    | undefined;
  const usesFile = store === 'file' || (selection.outcome === 'selected' && selection.store === 'file');
  const isFine = usesFile && (store ?? 'file') === 'file' && problems.length === 0 && notAsked.length === 0;
  const summary = isFine ? describeHeadless(selection.skipped, settings.policy, bus) : undefined;
  return {
    ...(summary !== undefined && { summary }),
    label: toStorageLabel(store, findings.keySource, settings),
    store: store ?? null,
    kept,
    ...(notAsked.length > 0 && { notAsked }),
    details: [
      ...sortByRelevance(selection.skipped).map(formatNotUsed),
      ...notAsked.filter((id) => id !== 'file').map(formatNotAsked),
      ...(bus.otherBus ? [`the D-Bus session bus in use is ${bus.otherBus}`] : []),
      ...describeNextStore(store, selection),
      ...(findings.hasExcludedFile ? [describeExcludedFile(context)] : []),
      ...(usesFile && !isFileExcluded ? describeFile(context, findings, fileError) : []),
      ...problems,
    ],
    problems,
    fixes: listFixes(findings),
    ...(fileError && usesFile && { error: { code: fileError.code, message: fileError.message } }),
  };
}

function listFixes({ records, errors }: StorageFindings): readonly string[] {
  const fixable = errors.filter((error) => error instanceof CredentialError && fixableCodes.has(error.code));
  const hints = [records, ...(fixable as readonly CredentialError[])].map(({ hint }) => hint);
  return [...new Set(hints.filter((hint) => hint !== undefined && hint !== ''))] as string[];
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

function formatNotAsked(id: StoreId): string {
  return `the ${storeNames[id]} could not be asked: it may have credentials`;
}

/** What protects the file, or will protect it, and a variable that is missing to open it. Nothing if that's unknown. */
function describeFile(
  { profile, settings }: Context,
  { keySource, isNewFile: isNew }: StorageFindings,
  error: CredentialError | undefined,
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

/** What an encrypted file with this key source is protected from. */
export function describeProtection(keySource: KeySource): string {
  return keySource === 'home'
    ? 'sealed by your home directory: this guards against a stray backup, grep or paste, not against a program that runs as you'
    : 'sealed by your passphrase';
}

function describeExcludedFile({ settings, host }: Context): string {
  return `${settings.credentialsPath} exists, but is neither read nor written: it is excluded by ${describeRequirement(host)}`;
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
