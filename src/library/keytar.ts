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
import type { CredentialStore, Report } from './credential-store.ts';
import { checkArguments } from './keytar-arguments.ts';
import { openProfile } from './open-profile.ts';

/** The password; `null` where there is certainly none. */
export function getPassword(service: string, account: string): Promise<string | null> {
  checkArguments({ service, account });
  return opened(async (store) => (await store.getText(service, account)) ?? null);
}

/** Keeps the password, in place of the one that was there. */
export function setPassword(service: string, account: string, password: string): Promise<void> {
  checkArguments({ service, account, password });
  return opened(async (store) => {
    await store.set(service, account, password);
  });
}

/** Whether there was one. */
export function deletePassword(service: string, account: string): Promise<boolean> {
  checkArguments({ service, account });
  return opened(async (store) => (await store.delete(service, account)).length > 0);
}

/** The password of the service's first account, by the alphabet; `null` where it has certainly none. */
export function findPassword(service: string): Promise<string | null> {
  checkArguments({ service });
  return opened(async (store) => {
    for await (const { password } of credentialsOf(store, service)) return password;
    return null;
  });
}

/** Every account of the service, with its password. */
export function findCredentials(service: string): Promise<{ account: string; password: string }[]> {
  checkArguments({ service });
  return opened(async (store) => {
    const found: { account: string; password: string }[] = [];
    for await (const credential of credentialsOf(store, service)) found.push(credential);
    return found;
  });
}

/** Not keytar's: which store a password would go to, why, and what would change that. For a log or a settings page. */
export function explain(): Promise<Report> {
  return opened((store) => store.report());
}

let store: CredentialStore | undefined;

async function opened<T>(work: (store: CredentialStore) => Promise<T>): Promise<T> {
  store ??= openProfile(profile, {
    interactive: true,
    onNotice: (line) => process.emitWarning(line, 'KeystowWarning'),
  });
  return work(store);
}

async function* credentialsOf(
  store: CredentialStore,
  service: string,
): AsyncGenerator<{ account: string; password: string }> {
  for (const { account } of await store.list(service)) {
    const password = await store.getText(service, account);
    if (password !== undefined) yield { account, password };
  }
}

// biome-ignore lint/style/noDefaultExport: keytar is CommonJS, so a module that uses it says `import keytar from 'keytar'`.
export default { getPassword, setPassword, deletePassword, findPassword, findCredentials, explain };
