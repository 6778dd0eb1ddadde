/**
 * keytar's functions, over the best store that the machine has: where no keyring is to be had, an encrypted file.
 *
 * Arguments that keytar does not take are thrown back with its own words, at once. What fails otherwise rejects with a
 * `CredentialError`: never `null`, `false` or an empty list. A keyring that is passed over because it does not
 * serve is told of once, by a `KeystowWarning` of the process.
 *
 * In a Secret Service and in the Keychain this keeps what keytar keeps: each finds the passwords of the other. In the
 * Credential Manager they have entries of their own. Where there is somebody to answer it, a keyring that is locked may
 * put up its dialog, as under keytar.
 *
 * @packageDocumentation
 */
export * from './report.ts';

import { keytar as profile } from '../profiles/keytar.ts';
import type { ApplicationStore, Report } from './credential-store.ts';
import { openProfile } from './open-credential-store.ts';

/** The password; `null` where there is certainly none. */
export function getPassword(service: string, account: string): Promise<string | null> {
  checkArguments({ service, account });
  return withStore(async (store) => (await store.getText(service, account)) ?? null);
}

/** Keeps the password, in place of the one that was there. */
export function setPassword(service: string, account: string, password: string): Promise<void> {
  checkArguments({ service, account, password });
  return withStore(async (store) => {
    await store.set(service, account, password);
  });
}

/** Whether there was one. */
export function deletePassword(service: string, account: string): Promise<boolean> {
  checkArguments({ service, account });
  return withStore(async (store) => (await store.delete(service, account)).length > 0);
}

/** The password of the service's first account, by the alphabet; `null` where it has certainly none. */
export function findPassword(service: string): Promise<string | null> {
  checkArguments({ service });
  return withStore(async (store) => {
    for await (const { password } of readCredentials(store, service)) return password;
    return null;
  });
}

/** Every account of the service, with its password. */
export function findCredentials(service: string): Promise<{ account: string; password: string }[]> {
  checkArguments({ service });
  return withStore(async (store) => {
    const found: { account: string; password: string }[] = [];
    for await (const credential of readCredentials(store, service)) found.push(credential);
    return found;
  });
}

/** Not keytar's: which store a password would go to, why, and what would change that. For a log or a settings page. */
export function explain(): Promise<Report> {
  return withStore((store) => store.report());
}

let store: ApplicationStore | undefined;

async function withStore<T>(work: (store: ApplicationStore) => Promise<T>): Promise<T> {
  store ??= openProfile(profile, {
    interactive: true,
    onNotice: (line) => process.emitWarning(line, 'KeystowWarning'),
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

// biome-ignore lint/style/noDefaultExport: keytar is CommonJS, so a module that uses it says `import keytar from 'keytar'`.
export default { getPassword, setPassword, deletePassword, findPassword, findCredentials, explain };

/** What keytar calls each of its arguments: in its JavaScript where it lacks, in its native part where it is no text. */
const argumentNames = {
  service: { required: 'Service', typed: 'service' },
  account: { required: 'Account', typed: 'username' },
  password: { required: 'Password', typed: 'password' },
} as const;

/** Throws what keytar 7.9 throws, in its order: first whether each is there, then whether each is a string. */
function checkArguments(given: Readonly<Partial<Record<keyof typeof argumentNames, unknown>>>): void {
  const parts = (['service', 'account', 'password'] as const).filter((part) => part in given);
  for (const part of parts) {
    if (!isPresent(given[part])) throw new Error(`${argumentNames[part].required} is required.`);
  }
  for (const part of parts) {
    if (typeof given[part] !== 'string')
      throw new TypeError(`Parameter '${argumentNames[part].typed}' must be a string`);
  }
}

/** An empty list is not there either; anything else that is no string is. */
function isPresent(value: unknown): boolean {
  return Boolean(value) && !(Number((value as { readonly length?: unknown }).length) <= 0);
}
