import { visit } from '../oauth/fake-browser.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';
import type { Run, Running, Sandbox } from './sandbox.ts';

/** The variables that make jsm sign in at this provider. */
export function jsmAt({ issuer, publicClient }: Pick<OidcProvider, 'issuer' | 'publicClient'>): Record<string, string> {
  return { JSM_ISSUER: issuer, JSM_CLIENT_ID: publicClient.clientId };
}

/** The variables that make jsm open its encrypted file without a prompt. */
export const envPassphrase = {
  JSM_ALLOW_ENV_PASSPHRASE: '1',
  JSM_CREDENTIALS_PASSPHRASE: 'correct horse battery staple',
};

/** Waits for the URL that `jsm login` prints. */
export async function addressIn(running: Running): Promise<string> {
  const [, address = ''] = await running.matching(/open this address .*: (\S+)/);
  return address;
}

/** Runs `jsm login` and allows or denies it in the browser. `before`: what the shell runs first. */
export async function login(
  sandbox: Sandbox,
  provider: OidcProvider,
  extra: Readonly<Record<string, string>> = {},
  { before = '', decision }: { readonly before?: string; readonly decision?: 'allow' | 'deny' } = {},
): Promise<Run> {
  const running = sandbox.begin(`${before}jsm login --no-browser`, { ...jsmAt(provider), ...extra });
  await visit(await addressIn(running), decision);
  return running.end;
}

/** Makes the stored access token expire. */
export async function expireStored(sandbox: Sandbox, extra: Readonly<Record<string, string>> = {}): Promise<void> {
  const store = 'KEYSTOW_QUIET=1 KEYSTOW_CONFIG_DIR=.config/jsm keystow';
  const past = 's/"expiresAt":"[^"]*"/"expiresAt":"2020-01-01T00:00:00.000Z"/';
  const { exit, stderr } = await sandbox.begin(
    `${store} get jsm default | sed '${past}' | ${store} set jsm default`,
    extra,
  ).end;
  if (exit !== 0) throw new Error(stderr);
}
