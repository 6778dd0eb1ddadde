import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { serialisePlacement } from '../../src/domain/placement/placement-codec.ts';
import { toDifyName } from '../../src/domain/sign-in/dify.ts';
import { serialiseSession } from '../../src/domain/sign-in/session.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { serialiseTokenSet } from '../../src/domain/token-set.ts';
import { jsmCredential } from '../../src/profiles/jsm.ts';
import { Sandbox } from '../cli/sandbox.ts';
import type { FakeProvider } from './fake-provider.ts';

export interface TestCredential extends CredentialName {
  readonly program: string;
  readonly secret: string;
  readonly writtenAt: string;
}

/** The credentials that the programs stored before the fault. */
const storedCredentials: readonly TestCredential[] = [
  { program: 'keystow', service: 'demo', account: 'alice', secret: 's3cret', writtenAt: '2026-03-04T05:06:07.000Z' },
  ...['git-credential:https://example.com', 'docker-credential:localhost:5000'].map((service) => ({
    program: 'keystow',
    service,
    account: 'alice',
    secret: 's3cret',
    writtenAt: '2026-03-04T05:06:07.000Z',
  })),
  {
    program: 'keystow',
    service: 'api.example',
    account: 'alice',
    secret: serialiseTokenSet({ accessToken: 's3cret-of-the-api' }),
    writtenAt: '2026-03-04T05:06:07.000Z',
  },
  {
    program: 'jsm',
    ...jsmCredential,
    secret: serialiseSession({ kind: 'api-key', key: 'jsm_s3cret-of-alice-xxxxxxxx' }),
    writtenAt: '2026-03-04T05:06:07.000Z',
  },
  createDifySignIn('alice', '2026-01-02T03:04:05.000Z'),
  createDifySignIn('bob', '2026-03-04T05:06:07.000Z'),
];

/** Adds the {@link storedCredentials} to a provider. */
export function addStoredCredentials(provider: FakeProvider): void {
  for (const { service, account, secret } of storedCredentials) provider.add({ service, username: account }, secret);
}

/** Creates a non-interactive sandbox whose placement has the {@link storedCredentials} in `store`. */
export function createSandboxWithPlacement(store: StoreId, environment: Readonly<Record<string, string>>): Sandbox {
  const sandbox = new Sandbox(environment, { timed: true });
  sandbox.environment.TMPDIR = sandbox.home;
  for (const program of new Set(storedCredentials.map((credential) => credential.program))) {
    const folder = join(sandbox.home, '.config', program);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const placement = storedCredentials
      .filter((credential) => credential.program === program)
      .map(({ service, account, writtenAt }) => ({ service, account, store, writtenAt, stale: [] }));
    writeFileSync(join(folder, 'placement.json'), serialisePlacement(placement), { mode: 0o600 });
  }
  return sandbox;
}

function createDifySignIn(id: string, writtenAt: string): TestCredential {
  const host = `https://${id}.example`;
  const tokens = { accessToken: `s3cret-of-${id}`, expiresAt: '2099-01-01T00:00:00.000Z', subject: { id } };
  return {
    program: 'difyctl',
    ...toDifyName({ host, subject: id }, 'linux'),
    secret: serialiseSession({ kind: 'sign-in', issuer: host, tokens }),
    writtenAt,
  };
}
