import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { deleteCredential } from '../../src/app/credentials/delete-credential.ts';
import { findCredentials } from '../../src/app/credentials/find-credential.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { selectStore } from '../../src/app/credentials/select-store.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { examine } from '../../src/app/doctor/examine.ts';
import {
  acceptEncryptedFile,
  adoptHome,
  changePassphrase,
  planReset,
  resetEncryptedFile,
} from '../../src/app/encrypted-file.ts';
import { findMigrationScope, migrate } from '../../src/app/reconcile/migrate.ts';
import { repair } from '../../src/app/reconcile/repair.ts';
import { renewSession, saveNewSession, saveSession, signOut } from '../../src/app/sign-in/change-session.ts';
import { listDifySignIns, readDifySession } from '../../src/app/sign-in/dify-sign-ins.ts';
import { getAccessToken, readSession } from '../../src/app/sign-in/session.ts';
import { getTokens } from '../../src/app/tokens/get-tokens.ts';
import { renewTokens } from '../../src/app/tokens/renew-tokens.ts';
import { updateCredential } from '../../src/app/tokens/update-credential.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { docker } from '../../src/domain/protocols/docker.ts';
import { git } from '../../src/domain/protocols/git.ts';
import { type Reason, serviceFailureReasons, unsupportedReasons } from '../../src/domain/selection/probe-result.ts';
import { serialiseSession } from '../../src/domain/sign-in/session.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { jsmCredential } from '../../src/profiles/jsm.ts';
import { textSecret } from '../contract/secrets.ts';
import { type Actual, anyActual } from '../domain/reconcile-model.ts';
import { requireReply } from '../protocols/protocol-client.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { World } from './world.ts';

/** With the preference `keychain`, the encrypted file is never opened, in reads as in writes. */

const server = 'localhost:5000';
const alice: CredentialName = { service: 'demo', account: 'alice' };
const difyAccount: CredentialName = { service: 'difyctl', account: 'https://cloud.dify.ai account:u-1' };
const names: readonly CredentialName[] = [
  alice,
  jsmCredential,
  difyAccount,
  { service: `docker-credential:${server}`, account: 'alice' },
  { service: 'git-credential:https://github.com', account: 'alice' },
];

const request = 'protocol=https\nhost=github.com\n';
const gitCredential = `${request}username=alice\npassword=s3cret\n`;
const dockerLogin = JSON.stringify({ ServerURL: server, Username: 'alice', Secret: 's3cret' });
const tokens = { accessToken: 'token', refreshToken: 'refresh', expiresAt: '2026-11-03T00:00:00.000Z' };
const session = { kind: 'sign-in' as const, issuer: 'https://issuer.example', tokens };
const openServer = async () => ({
  revoke: async () => 'revoked' as const,
  refresh: async () => ({ tokens: { accessToken: 'renewed' } }),
});

async function runToEnd(steps: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of steps);
}

async function migrateTo(context: Context, to: StoreId, dryRun: boolean, service?: string): Promise<void> {
  await runToEnd(migrate(context, await findMigrationScope(context, to, service), { to, dryRun }));
}

/** Every use case that opens a store. */
const useCases: Readonly<Record<string, (context: Context) => Promise<unknown>>> = {
  get: (context) => getCredential(context, alice),
  find: (context) => runToEnd(findCredentials(context, 'demo')),
  set: (context) => setCredential(context, alice, textSecret('fresh')),
  delete: (context) => deleteCredential(context, alice),
  list: (context) => listCredentials(context),
  'list of a service': (context) => listCredentials(context, 'demo'),
  'migrate to the keyring': (context) => migrateTo(context, 'secret-service', false),
  'migrate a service to the keyring': (context) => migrateTo(context, 'secret-service', false, 'demo'),
  'migrate to the file': (context) => migrateTo(context, 'file', false),
  'dry run of migrate to the keyring': (context) => migrateTo(context, 'secret-service', true),
  'dry run of migrate to the file': (context) => migrateTo(context, 'file', true),
  repair: (context) => runToEnd(repair(context, undefined)),
  'repair that keeps the copy in the file': (context) => runToEnd(repair(context, 'file')),
  'passphrase change': (context) => changePassphrase(context, 'passphrase'),
  'passphrase remove': (context) => changePassphrase(context, 'home'),
  'doctor --accept-file': acceptEncryptedFile,
  'doctor --adopt-home': (context) => adoptHome(context, '/home/old'),
  'the plan of a reset': planReset,
  'reset of the file': resetEncryptedFile,
  doctor: examine,
  'git get': (context) => requireReply(context, git, ['get'], { stdin: request }),
  'git store': (context) => requireReply(context, git, ['store'], { stdin: gitCredential }),
  'git erase': (context) => requireReply(context, git, ['erase'], { stdin: request }),
  'docker get': (context) => requireReply(context, docker, ['get'], { stdin: server }),
  'docker store': (context) => requireReply(context, docker, ['store'], { stdin: dockerLogin }),
  'docker erase': (context) => requireReply(context, docker, ['erase'], { stdin: server }),
  'docker list': (context) => requireReply(context, docker, ['list']),
  'jsm login': (context) => saveSession(context, jsmCredential, session),
  'jsm auth status': (context) => readSession(context, jsmCredential),
  'jsm auth token': (context) => getAccessToken(context, jsmCredential, openServer),
  'jsm logout': (context) => signOut(context, jsmCredential, openServer),
  'renewal of a sign-in': (context) => renewSession(context, jsmCredential, openServer),
  'save of a new sign-in': async (context) =>
    saveNewSession(context, jsmCredential, session, await selectStore(context)),
  'update of a secret': (context) => updateCredential(context, alice, () => textSecret('fresh')),
  'removing update': (context) => updateCredential(context, alice, () => undefined),
  'read of tokens': (context) => getTokens(context, alice),
  'renewal of tokens': (context) =>
    renewTokens(context, alice, () => false, { refresh: async () => ({}), startedAt: context.clock() }),
  'difyctl auth status': (context) => listDifySignIns(context),
  'difyctl auth token': (context) => readDifySession(context),
};

type KeyringState = 'usable' | Reason;

/** Creates a machine whose keyring is in this state, with a copy of each credential where `actual` says. */
async function createWorld(keyring: KeyringState, actual: readonly Actual[]): Promise<World> {
  const world = new World();
  const placement = [];
  for (const [index, name] of names.entries()) {
    const { record, copies } = actual[index] ?? {};
    if (record) placement.push({ ...name, ...record, writtenAt: '2026-11-03T09:00:00.000Z' });
    for (const [store, content] of copies ?? []) {
      const text = serialiseSession({ ...session, tokens: { ...tokens, accessToken: `token-${content}` } });
      if (store === 'file' || store === 'secret-service') await world.stores[store].set(name, textSecret(text));
    }
  }
  world.snapshot = { placement, state: 'intact' };
  world.calls.length = 0;
  world.policy.preference = 'keychain';
  fail(world, keyring);
  return world;
}

function fail(world: World, state: KeyringState): void {
  if (state === 'usable') return;
  if (state !== 'volatile') world.unavailable.set('secret-service', state);
  const failure = serviceFailureReasons.find((reason) => reason === state);
  const unsupported = unsupportedReasons.find((reason) => reason === state);
  if (state === 'volatile') world.probe = { kind: 'usable', persistence: 'until-logout' };
  else if (failure) world.probe = { kind: 'service-failure', reason: failure };
  else if (unsupported) world.probe = { kind: 'unsupported', reason: unsupported };
}

const anyReason = fc.constantFrom<Reason>(...unsupportedReasons, ...serviceFailureReasons);
const anyCopies = (stores: readonly StoreId[]) => fc.tuple(...names.map(() => anyActual(stores)));
const numRuns = fastOrSlow(60, 1000);

test.each(Object.entries(useCases))('[APP24] with keychain, the file is never opened: %s', async (_, run) => {
  const keyring = fc.oneof(fc.constant<KeyringState>('usable'), anyReason);
  await fc.assert(
    fc.asyncProperty(keyring, anyCopies(['secret-service', 'file']), async (keyring, actual) => {
      const world = await createWorld(keyring, actual);
      await run(world.context).catch((error: unknown) => {
        if (!(error instanceof CredentialError)) throw error;
      });
      expect(world.opened).not.toContain('file');
      expect(world.calls.filter((call) => call.endsWith(' file'))).toEqual([]);
    }),
    { numRuns },
  );
});

/** These end well if the keyring is unusable: `doctor` reports that, and a session that can't be renewed is only a warning. */
const { doctor: _doctor, 'renewal of a sign-in': _renewal, ...failing } = useCases;

/** A dry run doesn't write, so it can't find out that a keyring forgets. */
const isNoticed = (title: string, reason: Reason) => reason !== 'volatile' || !title.startsWith('dry run');

test.each(Object.entries(failing))(
  '[APP25] with keychain, an unusable keyring is an error with a hint, never an absence: %s',
  async (title, run) => {
    await fc.assert(
      fc.asyncProperty(
        anyReason.filter((reason) => isNoticed(title, reason)),
        anyCopies(['file']),
        async (reason, actual) => {
          const world = await createWorld(reason, actual);
          const error = await run(world.context).then(
            () => expect.unreachable('should have failed'),
            (thrown: unknown) => thrown,
          );
          expect(error).toMatchObject({ code: 'keyring-required', hint: expect.any(String) });
        },
      ),
      { numRuns },
    );
  },
);

test.each(Object.entries(failing))(
  '[APP26] with keychain, a recorded credential of an unusable keyring is an error with a hint: %s',
  async (_, run) => {
    const recorded: Actual = {
      record: { store: 'secret-service', stale: [] },
      copies: new Map([['secret-service', 1]]),
    };
    for (const reason of [...unsupportedReasons, ...serviceFailureReasons].filter((reason) => reason !== 'volatile')) {
      const world = await createWorld(
        reason,
        names.map(() => recorded),
      );
      await expect(run(world.context)).rejects.toMatchObject({
        code: 'keyring-required',
        hint: expect.any(String),
      });
    }
  },
);

test('[APP27] with keychain, a credential in the file is named, with how to move it', async () => {
  const inFile: Actual = { record: { store: 'file', stale: [] }, copies: new Map([['file', 1]]) };
  const world = await createWorld(
    'usable',
    names.map(() => inFile),
  );
  for (const name of names) {
    await expect(getCredential(world.context, name)).rejects.toMatchObject({
      code: 'keyring-required',
      message: expect.stringContaining(`${name.service} ${name.account} was stored in the encrypted file`),
      hint: expect.stringContaining('keystow migrate --to keychain'),
    });
  }
  expect(await listCredentials(world.context)).toHaveLength(names.length);
});

test('[APP28] with keychain, doctor says that the file exists', async () => {
  const world = await createWorld('usable', []);
  await world.stores.file.set(alice, textSecret('planted'));
  const { storage } = await examine(world.context);
  expect(storage.details).toContainEqual(expect.stringContaining('credentials.json exists'));
});
