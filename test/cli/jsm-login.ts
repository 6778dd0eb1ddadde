import { visit } from '../oauth/fake-browser.ts';
import type { OidcProvider } from '../support/oidc-provider.ts';
import type { Run, Running, Sandbox } from './sandbox.ts';

/** What has jsm sign in at this provider. */
export function jsmAt({ issuer, publicClient }: Pick<OidcProvider, 'issuer' | 'publicClient'>): Record<string, string> {
  return { JSM_ISSUER: issuer, JSM_CLIENT_ID: publicClient.clientId };
}

/** What has jsm open its encrypted file without asking. */
export const envPassphrase = {
  JSM_ALLOW_ENV_PASSPHRASE: '1',
  JSM_CREDENTIALS_PASSPHRASE: 'correct horse battery staple',
};

/** The address that a sign-in says to open. */
export async function addressIn(running: Running): Promise<string> {
  const [, address = ''] = await running.matching(/open this address .*: (\S+)/);
  return address;
}

/** `jsm login`, and somebody who allows it. `before`: what the shell does first. */
export async function login(
  sandbox: Sandbox,
  provider: OidcProvider,
  extra: Readonly<Record<string, string>> = {},
  before = '',
): Promise<Run> {
  const running = sandbox.begin(`${before}jsm login --no-browser`, { ...jsmAt(provider), ...extra });
  await visit(await addressIn(running));
  return running.end;
}

/** Sets back when the stored access token ends, so that nobody has to wait for it. */
export async function expireStored(sandbox: Sandbox, extra: Readonly<Record<string, string>> = {}): Promise<void> {
  const store = 'KEYSTOW_QUIET=1 KEYSTOW_CONFIG_DIR=.config/jsm keystow';
  const past = 's/"expiresAt":"[^"]*"/"expiresAt":"2020-01-01T00:00:00.000Z"/';
  const { exit, stderr } = await sandbox.begin(
    `${store} get jsm default | sed '${past}' | ${store} set jsm default`,
    extra,
  ).end;
  if (exit !== 0) throw new Error(stderr);
}
