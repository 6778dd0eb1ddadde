/**
 * keytar's functions, on the best store that the machine has: an encrypted file if no keyring is available.
 *
 * An invalid argument throws keytar's own errors synchronously. Any other failure rejects with a `CredentialError`; it's
 * never reported as `null`, `false` or an empty list. If a keyring is skipped because it's unavailable, the process emits
 * one `KeystowWarning`.
 *
 * Passwords in a Secret Service or in the Keychain are shared with keytar: each finds the other's. In the Credential
 * Manager they're separate. In an interactive process a locked keyring may show its dialog, as it does with keytar.
 *
 * @packageDocumentation
 */

export type { SelectionReport, SkippedStoreReport } from '../app/doctor/selection-report.ts';
export type { StorageLabel, StorageReport } from '../app/doctor/storage-report.ts';
export type { ErrorCode } from '../domain/credential-error.ts';
export type { ExpiringCredential } from '../domain/placement/expiry.ts';
export {
  type Reason,
  type ReasonClass,
  type ServiceFailureReason,
  serviceFailureReasons,
  type UnsupportedReason,
  unsupportedReasons,
} from '../domain/selection/probe-result.ts';
export type { SelectionErrorCode } from '../domain/selection/selection.ts';
export type { CandidateId, StoreId } from '../domain/store-id.ts';
export type { Report } from './application-store.ts';
export type { SettingName, SettingReport } from './options.ts';

import { keytar as profile } from '../profiles/application.ts';
import type { ApplicationStore, Report } from './application-store.ts';
import { openProfile } from './open-credential-store.ts';

/** Returns the password, or `null` if there's none. */
export function getPassword(service: string, account: string): Promise<string | null> {
  checkArguments({ service, account });
  return withStore(async (store) => (await store.getText(service, account)) ?? null);
}

/** Stores the password, and replaces the previous one. */
export function setPassword(service: string, account: string, password: string): Promise<void> {
  checkArguments({ service, account, password });
  return withStore(async (store) => {
    await store.set(service, account, password);
  });
}

/** Deletes the password. Returns whether there was one. */
export function deletePassword(service: string, account: string): Promise<boolean> {
  checkArguments({ service, account });
  return withStore(async (store) => (await store.delete(service, account)).length > 0);
}

/** Returns the password of the service's first account in alphabetical order, or `null` if there's none. */
export function findPassword(service: string): Promise<string | null> {
  checkArguments({ service });
  return withStore(async (store) => {
    for await (const { password } of readCredentials(store, service)) return password;
    return null;
  });
}

/** Returns every account of the service, with its password. */
export function findCredentials(service: string): Promise<{ account: string; password: string }[]> {
  checkArguments({ service });
  return withStore(async (store) => {
    const found: { account: string; password: string }[] = [];
    for await (const credential of readCredentials(store, service)) found.push(credential);
    return found;
  });
}

/** Not in keytar: reports where a password would be stored, why, and how to change that. For a log or a settings page. */
export function explain(): Promise<Report> {
  return withStore((store) => store.report());
}

let store: ApplicationStore | undefined;

/** Opens the store on the first call. */
async function withStore<T>(work: (store: ApplicationStore) => Promise<T>): Promise<T> {
  store ??= openProfile(profile, {
    interactive: 'auto',
    onNotice: ({ message, hint }) =>
      process.emitWarning(message, { type: 'KeystowWarning', ...(hint !== undefined && { detail: `hint: ${hint}` }) }),
  });
  return work(store);
}

async function* readCredentials(
  store: ApplicationStore,
  service: string,
): AsyncGenerator<{ account: string; password: string }> {
  for (const { account } of await store.list(service)) {
    const password = await store.getText(service, account);
    if (password !== undefined) yield { account, password };
  }
}

/** keytar's names of each argument: in the error of its JavaScript, and in that of its native part. */
const argumentNames = {
  service: { required: 'Service', typed: 'service' },
  account: { required: 'Account', typed: 'username' },
  password: { required: 'Password', typed: 'password' },
} as const;

/** Throws what keytar 7.9 throws, in the same order: first if an argument is missing, then if one isn't a string. */
function checkArguments(given: Readonly<Partial<Record<keyof typeof argumentNames, unknown>>>): void {
  const parts = (['service', 'account', 'password'] as const).filter((part) => part in given);
  for (const part of parts) {
    if (!isPresent(given[part])) throw new Error(`${argumentNames[part].required} is required.`);
  }
  for (const part of parts) {
    if (typeof given[part] !== 'string') {
      throw new TypeError(`Parameter '${argumentNames[part].typed}' must be a string`);
    }
  }
}

/** keytar also treats an empty array as missing. */
function isPresent(value: unknown): boolean {
  return Boolean(value) && !(Number((value as { readonly length?: unknown }).length) <= 0);
}

// biome-ignore lint/style/noDefaultExport: keytar is CommonJS, so a module that uses it says `import keytar from 'keytar'`.
export default { getPassword, setPassword, deletePassword, findPassword, findCredentials, explain };
