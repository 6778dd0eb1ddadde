import { beforeEach, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { replayReport } from '../../src/app/doctor/replay.ts';
import { changePassphrase } from '../../src/app/encrypted-file.ts';
import { findMigrationScope, migrate } from '../../src/app/reconcile/migrate.ts';
import { readSettings } from '../../src/app/settings.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { docker } from '../../src/domain/protocols/docker.ts';
import { git } from '../../src/domain/protocols/git.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { keystow } from '../../src/profiles/keystow.ts';
import { textSecret } from '../contract/secrets.ts';
import { requireReply } from '../protocols/protocol-client.ts';
import { World } from './world.ts';

/** The wording of the errors and warnings in src/app. Every other test asserts codes. */

const alice = { service: 'demo', account: 'alice' };

let world: World;
beforeEach(() => {
  world = new World();
});

async function migrateAll(to: StoreId, { dryRun = false } = {}): Promise<void> {
  for await (const _ of migrate(world.context, await findMigrationScope(world.context, to), { to, dryRun }));
}

const errors: readonly {
  readonly title: string;
  readonly cause: () => unknown;
  readonly message: string;
  readonly hint?: string;
}[] = [
  {
    title: 'the recorded store is unavailable',
    async cause() {
      await setCredential(world.context, alice, textSecret('s3cret'));
      world.unavailable.set('secret-service', 'locked');
      await getCredential(world.context, alice);
    },
    message: 'demo alice was stored in the Secret Service on 3 November 2026: the secret-service is locked',
  },
  {
    title: 'the recorded store is disabled',
    async cause() {
      await setCredential(world.context, alice, textSecret('s3cret'));
      world.policy.keyringDisabled = true;
      await getCredential(world.context, alice);
    },
    message:
      'demo alice was stored in the Secret Service on 3 November 2026: the Secret Service is disabled by KEYSTOW_DISABLE_KEYRING',
    hint: 'unset KEYSTOW_DISABLE_KEYRING, or store the credential again',
  },
  {
    title: 'the recorded store is the file, which the settings exclude',
    async cause() {
      world.policy.preference = 'file';
      await setCredential(world.context, alice, textSecret('s3cret'));
      world.policy.preference = 'keychain';
      await getCredential(world.context, alice);
    },
    message:
      'demo alice was stored in the encrypted file on 3 November 2026: the encrypted file is excluded by KEYSTOW_STORAGE=keychain',
    hint: 'unset KEYSTOW_STORAGE; then, to move it to the OS keyring: keystow migrate --to keychain',
  },
  {
    title: 'a passphrase change of the file, which the settings exclude',
    async cause() {
      world.policy.preference = 'keychain';
      await changePassphrase(world.context, 'passphrase');
    },
    message: 'the encrypted file is excluded by KEYSTOW_STORAGE=keychain',
    hint: 'unset KEYSTOW_STORAGE',
  },
  {
    title: 'a required keyring that is unavailable',
    async cause() {
      world.policy.preference = 'keychain';
      world.unavailable.set('secret-service', 'denied');
      await getCredential(world.context, alice);
    },
    message: 'KEYSTOW_STORAGE=keychain requires the Secret Service: the secret-service is denied',
    hint: 'allow access in the settings of the Secret Service (or set KEYSTOW_STORAGE=file)',
  },
  {
    title: 'a migration to a keyring that is unavailable',
    async cause() {
      world.unavailable.set('secret-service', 'locked');
      await migrateAll('secret-service', { dryRun: true });
    },
    message:
      'cannot store credentials in the Secret Service: the Secret Service is locked, and nobody was asked to unlock it',
  },
  {
    title: 'a migration to a keyring that is disabled',
    async cause() {
      world.policy.keyringDisabled = true;
      await migrateAll('secret-service');
    },
    message: 'the Secret Service is disabled by KEYSTOW_DISABLE_KEYRING',
    hint: 'unset KEYSTOW_DISABLE_KEYRING',
  },
  {
    title: 'a keyring that returns the wrong bytes',
    async cause() {
      await setCredential(world.context, alice, textSecret('s3cret'));
      world.probe = { kind: 'service-failure', reason: 'round-trip-mismatch' };
      await migrateAll('file');
    },
    message: 'the Secret Service returned a different secret than the one it was given, so no copy was removed',
    hint: 'check the secret of each credential, and store the wrong ones again',
  },
  {
    title: 'an invalid setting',
    cause: () =>
      readSettings(keystow, {
        environment: { KEYSTOW_SEAL: 'wax' },
        platform: 'linux',
        home: '/home/alice',
        directory: '/',
        terminal: false,
      }),
    message: 'invalid KEYSTOW_SEAL',
    hint: 'set it to one of home, passphrase, or unset it',
  },
  {
    title: 'an invalid report',
    cause: () => replayReport('{}'),
    message: 'invalid doctor report: the field inputs is missing or invalid',
    hint: 'save a report with: doctor --json >report.json',
  },
  {
    title: 'a docker login that is not text',
    async cause() {
      const name = { service: 'docker-credential:localhost:5000', account: 'alice' };
      await world.stores.file.set(name, new Secret(Uint8Array.of(0xff)));
      await requireReply(world.context, docker, ['get'], { stdin: 'localhost:5000' });
    },
    message: 'the stored login is not UTF-8 text',
    hint: 'log in again',
  },
  {
    title: 'an empty secret',
    cause: () => setCredential(world.context, alice, textSecret('')),
    message: 'the secret is empty, so nothing was stored',
  },
  {
    title: 'an empty docker login',
    cause: () =>
      requireReply(world.context, docker, ['store'], {
        stdin: '{"ServerURL":"localhost:5000","Username":"alice","Secret":""}',
      }),
    message: 'the secret is empty, so nothing was stored',
    hint: 'log in with a password or a token',
  },
  {
    title: 'an empty git password',
    cause: () =>
      requireReply(world.context, git, ['store'], {
        stdin: 'protocol=https\nhost=example.com\nusername=alice\npassword=\n',
      }),
    message: 'the password is empty, so nothing was stored',
    hint: "to store empty passwords: git config --global credential.helper 'keystow --allow-empty'",
  },
  {
    title: 'a git credential without a password',
    cause: () =>
      requireReply(world.context, git, ['store'], { stdin: 'protocol=https\nhost=example.com\nusername=alice\n' }),
    message: 'the user name or the password is missing from the request',
  },
];

test.each(errors)('$title', async ({ cause, message, hint }) => {
  const error: unknown = await Promise.resolve()
    .then(cause)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CredentialError);
  expect(error).toMatchObject({ message, ...(hint && { hint }) });
});

test('the warning about a placement file that cannot be written', async () => {
  world.placementError = 'file-io';
  await setCredential(world.context, alice, textSecret('s3cret'));
  expect(world.warnings).toEqual(['the placement file cannot be written; every store is searched instead']);
});
