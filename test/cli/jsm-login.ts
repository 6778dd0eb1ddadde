import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { visit } from '../oauth/fake-browser.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { type Run, type Running, Sandbox } from './sandbox.ts';

type Variables = Readonly<Record<string, string>>;

/** A provider for the tests of a file, and a sandbox for each of them. Use these only while a test runs. */
export interface JsmWorld {
  readonly provider: OidcProvider;
  readonly sandbox: Sandbox;
  /** Runs `jsm COMMAND` with the variables for the provider and `extra`. */
  jsm(command: string, extra?: Variables): Promise<Run>;
  /** {@link login} in this world. */
  login(extra?: Variables, options?: LoginOptions): Promise<Run>;
}

/** Registers the hooks that start and stop what {@link JsmWorld} has. `variables`: the environment of each sandbox. */
export function useJsm(variables: Variables = {}): JsmWorld {
  let provider: OidcProvider;
  let sandbox: Sandbox;
  beforeAll(async () => {
    provider = await startOidcProvider();
  });
  afterAll(() => provider.stop());
  beforeEach(() => {
    sandbox = new Sandbox(variables);
  });
  afterEach(() => sandbox.remove());
  return {
    get provider() {
      return provider;
    },
    get sandbox() {
      return sandbox;
    },
    jsm: (command, extra) => sandbox.begin(`jsm ${command}`, { ...jsmAt(provider), ...extra }).end,
    login: (extra, options) => login(sandbox, provider, extra, options),
  };
}

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

export interface LoginOptions {
  /** What the shell runs first. */
  readonly before?: string;
  readonly decision?: 'allow' | 'deny';
}

/** Runs `jsm login` and allows or denies it in the browser. */
export async function login(
  sandbox: Sandbox,
  provider: OidcProvider,
  extra: Variables = {},
  { before = '', decision }: LoginOptions = {},
): Promise<Run> {
  const running = sandbox.begin(`${before}jsm login --no-browser`, { ...jsmAt(provider), ...extra });
  await visit(await addressIn(running), decision);
  return running.end;
}

/** Run by node: prints the stored sign-in (`get`), or makes its access token expire (`expire`). */
export const storedSession = join(import.meta.dirname, 'stored-session.mjs');

/** Makes the stored access token expire. */
export async function expireStored(sandbox: Sandbox, extra: Variables = {}): Promise<void> {
  const { exit, stderr } = await sandbox.begin(`node '${storedSession}' expire`, { JSM_QUIET: '1', ...extra }).end;
  if (exit !== 0) throw new Error(stderr);
}
