import { beforeEach, describe, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { findMigrationScope, migrate } from '../../src/app/reconcile/migrate.ts';
import { verifySource } from '../../src/app/reconcile/reconcile-credential.ts';
import type { MoveReport } from '../../src/app/reconcile/report.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { failure } from '../contract/errors.ts';
import { freshSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const keyring = 'secret-service';
const alice = { service: 'demo', account: 'alice' };
const bob = { service: 'demo', account: 'bob' };
const foreign = { service: 'browser', account: 'carol' };
const [old, fresh] = [freshSecret(), freshSecret()];

let world: World;
beforeEach(() => {
  world = new World();
});

async function storeIn(store: StoreId, name: CredentialName, secret = old): Promise<void> {
  world.policy.preference = store === 'file' ? 'file' : 'keychain';
  await setCredential(world.context, name, secret);
  world.policy.preference = 'auto';
  world.calls.length = 0;
}

async function move(to: StoreId, { dryRun = false, service }: { dryRun?: boolean; service?: string } = {}) {
  const reports: MoveReport[] = [];
  const scope = await findMigrationScope(world.context, to, service);
  for await (const report of migrate(world.context, scope, { to, dryRun })) reports.push(report);
  return reports;
}

/** Makes every write named `operation` fail with `code`, or only the first one. */
function failWrites(operation: string, code: CredentialError['code'], { onlyFirst = false } = {}): void {
  let failures = 0;
  world.write = async (performed, perform) => {
    if (performed !== operation || (onlyFirst && failures > 0)) return perform();
    failures += 1;
    throw new CredentialError(code, 'made to fail');
  };
}

async function expectOnlyIn(store: 'file' | typeof keyring, name: CredentialName, secret: Secret): Promise<void> {
  for (const id of ['file', keyring] as const) {
    const copy = await world.stores[id].get(name);
    expect(copy?.equals(secret) ?? false, id).toBe(id === store);
  }
  expect((await getCredential(world.context, name))?.equals(secret)).toBe(true);
}

describe('a migration', () => {
  test.each([
    ['file', keyring],
    [keyring, 'file'],
  ] as const)('moves every byte from the %s to the %s, and records the new store', async (from, to) => {
    await storeIn(from, alice);
    const { writtenAt } = world.placement[0] ?? {};
    expect(await move(to)).toEqual([{ ...alice, outcome: 'moved', from, to, over: false }]);
    await expectOnlyIn(to, alice, old);
    expect(world.placement).toMatchObject([{ ...alice, store: to, stale: [] }]);
    // A reader that looks before and after must notice that the credential was moved, even if it was moved back.
    expect(world.placement[0]?.writtenAt).not.toBe(writtenAt);
  });

  test('records the plan, copies, reads back, records the new store, and only then removes the old copy', async () => {
    await storeIn('file', alice);
    const writes: string[] = [];
    world.write = (operation, perform) => {
      writes.push(operation);
      return perform();
    };
    await move(keyring);
    expect(writes).toEqual(['record', `set ${keyring}`, 'record', 'delete file', 'record']);
    expect(world.calls.filter((call) => call === `get ${keyring}`)).toHaveLength(2);
  });

  test('moves a credential in the file that is not recorded', async () => {
    await world.stores.file.set(alice, old);
    await move(keyring);
    await expectOnlyIn(keyring, alice, old);
  });

  test('leaves credentials in a keyring that other programs may have stored, and lists them', async () => {
    await storeIn(keyring, alice);
    await world.stores[keyring].set(foreign, fresh);
    expect(await findMigrationScope(world.context, 'file')).toEqual({
      names: [alice],
      sources: new Set([keyring]),
      others: [{ ...foreign, store: keyring }],
    });
    await move('file');
    expect(await world.stores[keyring].get(foreign)).toBeDefined();
  });

  test('of one service moves all credentials of that service, whichever program stored them', async () => {
    await storeIn(keyring, alice);
    await world.stores[keyring].set(foreign, fresh);
    expect(await findMigrationScope(world.context, 'file', 'browser')).toMatchObject({ names: [foreign], others: [] });
    await move('file', { service: 'browser' });
    await expectOnlyIn('file', foreign, fresh);
    await expectOnlyIn(keyring, alice, old);
  });

  test('does nothing to a credential that is already there', async () => {
    await storeIn(keyring, alice);
    const before = world.placement;
    expect(await move(keyring)).toEqual([{ ...alice, outcome: 'there', to: keyring }]);
    expect(world.placement).toBe(before);
  });

  test('keeps both of two different copies', async () => {
    await storeIn('file', alice);
    await world.stores[keyring].set(alice, fresh);
    expect(await move(keyring)).toMatchObject([{ ...alice, outcome: 'skipped' }]);
    expect((await world.stores[keyring].get(alice))?.equals(fresh)).toBe(true);
    expect((await world.stores.file.get(alice))?.equals(old)).toBe(true);
  });

  test('in a dry run writes nothing, takes no lock, and reports the same', async () => {
    await storeIn('file', alice);
    await storeIn(keyring, bob);
    const before = world.snapshot;
    const reject = async () => {
      throw new Error('a dry run must not get here');
    };
    Object.assign(world, { write: reject, mutex: reject });
    const preview = await move(keyring, { dryRun: true });
    expect(preview).toEqual([
      { ...alice, outcome: 'moved', from: 'file', to: keyring, over: false },
      { ...bob, outcome: 'there', to: keyring },
    ]);
    expect(world.snapshot).toBe(before);
    expect(world.calls.filter((call) => call.startsWith('probe'))).toEqual([`probe ${keyring}`]);
    const { write, mutex } = new World();
    Object.assign(world, { write, mutex });
    expect(await move(keyring)).toEqual(preview);
  });
});

describe('a target that is unavailable', () => {
  beforeEach(() => storeIn('file', alice));

  test('is rejected with the fix, before anything is moved', async () => {
    world.unavailable.set(keyring, 'locked');
    const error = await failure(move(keyring), 'keyring-required');
    expect(error.message).toMatch(/^cannot store credentials in the Secret Service: .*locked/);
    expect(error.hint).toContain('keystow unlock');
    world.unavailable.clear();
    await expectOnlyIn('file', alice, old);
  });

  test('is rejected in a dry run too, which makes the same checks', async () => {
    world.unavailable.set(keyring, 'locked');
    // Without a service, its other credentials are listed as well.
    const error = await failure(move(keyring, { dryRun: true }), 'keyring-required');
    expect(error.hint).toContain('keystow unlock');
    expect(world.calls).toEqual(['list file', `probe ${keyring}`]);
  });

  test.each([
    ['it is volatile', { kind: 'usable', persistence: 'until-logout' }],
    ['it has no collection', { kind: 'service-failure', reason: 'no-collection' }],
    ['it returns other secrets', { kind: 'service-failure', reason: 'round-trip-mismatch' }],
  ] as const)('because %s is rejected, with the same error in a dry run', async (_, probe) => {
    world.probe = probe;
    const { message, hint } = await failure(move(keyring), 'keyring-required');
    expect(await failure(move(keyring, { dryRun: true }), 'keyring-required')).toMatchObject({ message, hint });
  });

  test('because the placement file can not be written is rejected before anything is moved, and in a dry run', async () => {
    world.placementError = 'file-io';
    await failure(move(keyring), 'file-io');
    await failure(move(keyring, { dryRun: true }), 'file-io');
    world.placementError = undefined;
    await expectOnlyIn('file', alice, old);
  });

  test('because the user disabled the keyring is rejected, and never opened', async () => {
    world.policy.keyringDisabled = true;
    const error = await failure(move(keyring), 'contradictory-settings');
    expect(error.hint).toBe('unset KEYSTOW_DISABLE_KEYRING');
    expect(world.calls).toEqual(['list file']);
  });

  test('because it belongs to another operating system is rejected', async () => {
    await failure(move('keychain'), 'not-installed');
  });
});

describe('a source that is unavailable', () => {
  test('is not treated as empty if the placement file is missing', async () => {
    world.unavailable.set(keyring, 'locked');
    await failure(findMigrationScope(world.context, 'file'), 'locked');
    world.snapshot = { placement: [], state: 'intact' };
    expect(await findMigrationScope(world.context, 'file')).toMatchObject({ names: [], others: [] });
  });

  test('keeps its credentials, and is read only once', async () => {
    for (const name of [alice, bob]) await storeIn(keyring, name);
    world.unavailable.set(keyring, 'locked');
    expect(await move('file')).toMatchObject([
      { ...alice, outcome: 'skipped', explanation: expect.stringContaining('locked') },
      { ...bob, outcome: 'skipped', explanation: expect.stringContaining('locked') },
    ]);
    expect(world.calls.filter((call) => call === `get ${keyring}`)).toHaveLength(1);
    world.unavailable.clear();
    for (const name of [alice, bob]) await expectOnlyIn(keyring, name, old);
  });

  test('because the file cannot be opened stops the migration before anything is moved', async () => {
    await storeIn(keyring, alice);
    world.unavailable.set('file', 'file-damaged');
    await failure(move('file'), 'file-damaged');
    world.unavailable.clear();
    await expectOnlyIn(keyring, alice, old);
  });

  test('because it returns the wrong bytes stops the migration', async () => {
    await storeIn(keyring, alice);
    world.probe = { kind: 'service-failure', reason: 'round-trip-mismatch' };
    await failure(move('file'), 'round-trip-mismatch');
    await expectOnlyIn(keyring, alice, old);
  });

  test.each(['locked', 'no-collection', 'denied'] as const)('because it is %s does not stop it', async (reason) => {
    world.probe = { kind: 'service-failure', reason };
    await verifySource(world.context, keyring);
  });
});

describe('a write that fails', () => {
  test('when a secret is copied leaves it and the rest in the source', async () => {
    for (const name of [alice, bob]) await storeIn('file', name);
    failWrites(`set ${keyring}`, 'locked');
    expect(await move(keyring)).toMatchObject([{ outcome: 'skipped' }, { outcome: 'skipped' }]);
    for (const name of [alice, bob]) await expectOnlyIn('file', name, old);
  });

  test('when the old copy is removed leaves it recorded as stale, and a read returns the new copy', async () => {
    await storeIn('file', alice);
    failWrites('delete file', 'file-io');
    expect(await move(keyring)).toMatchObject([{ outcome: 'skipped', explanation: expect.stringMatching(/^moved/) }]);
    expect(world.placement).toMatchObject([{ ...alice, store: keyring, stale: ['file'] }]);
    expect((await getCredential(world.context, alice))?.equals(old)).toBe(true);
  });

  test('because the secret is too large leaves it in the source, and the next one is moved', async () => {
    for (const name of [alice, bob]) await storeIn('file', name);
    failWrites(`set ${keyring}`, 'too-large', { onlyFirst: true });
    expect((await move(keyring)).map(({ outcome }) => outcome)).toEqual(['skipped', 'moved']);
    await expectOnlyIn('file', alice, old);
    await expectOnlyIn(keyring, bob, old);
    expect(world.placement.map(({ stale }) => stale)).toEqual([[], []]);
  });

  test('when the placement file is written stops the migration before anything is moved', async () => {
    await storeIn('file', alice);
    world.placementError = 'file-io';
    await failure(move(keyring), 'file-io');
    await expectOnlyIn('file', alice, old);
  });
});

test('a target that returns other bytes than it was given gets nothing, and nothing is removed', async () => {
  await storeIn('file', alice);
  const { get } = world.stores[keyring];
  world.stores[keyring].get = async (...args) => (await get(...args)) && new Secret(new Uint8Array(3));
  expect(await move(keyring)).toMatchObject([{ ...alice, outcome: 'skipped' }]);
  world.stores[keyring].get = get;
  await expectOnlyIn('file', alice, old);
  expect(world.placement).toMatchObject([{ store: 'file', stale: [] }]);
});

test('a migration to the file does not probe it', async () => {
  await storeIn('file', alice);
  await move('file');
  expect(world.calls.filter((call) => call.startsWith('probe'))).toEqual([]);
});
