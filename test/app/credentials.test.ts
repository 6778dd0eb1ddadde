import { beforeEach, describe, expect, test } from 'vitest';
import { changePassphrase } from '../../src/app/change-passphrase.ts';
import { deleteCredential } from '../../src/app/credentials/delete-credential.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { findMigrationScope } from '../../src/app/reconcile/migrate.ts';
import { repair } from '../../src/app/reconcile/repair.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { freshSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const alice = { service: 'demo', account: 'alice' };
const bob = { service: 'demo', account: 'bob' };
const [old, fresh] = [freshSecret(), freshSecret()];

let world: World;
beforeEach(() => {
  world = new World();
});

const placed = (store: string, stale: readonly string[] = []) => [expect.objectContaining({ ...alice, store, stale })];

async function expectSecret(name: CredentialName, secret: Secret): Promise<void> {
  expect((await getCredential(world.context, name))?.equals(secret)).toBe(true);
}

/** Alice's credential is in the file, since the keyring was locked; now it is not any more. */
async function keptInFile(): Promise<void> {
  world.broken.set('secret-service', 'locked');
  await setCredential(world.context, alice, old);
  world.broken.clear();
  world.calls.length = 0;
}

async function keptInKeyring(): Promise<void> {
  await setCredential(world.context, alice, old);
  world.calls.length = 0;
}

describe('setting', () => {
  test('writes to the store that is chosen, and remembers it', async () => {
    expect(await setCredential(world.context, alice, fresh)).toEqual({
      store: 'secret-service',
      skipped: [],
      stale: [],
    });
    expect(world.calls).toEqual(['probe secret-service', 'set secret-service']);
    expect(world.placement).toEqual(placed('secret-service'));
    expect(world.warnings).toEqual([]);
  });

  test('warns once of a service failure that was passed over', async () => {
    world.broken.set('secret-service', 'locked');
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'file' });
    expect(world.warnings).toEqual([expect.stringMatching(/^OS keyring not used: .*locked/)]);
  });

  test('[APP2] elsewhere than before removes the copy that is there', async () => {
    await keptInFile();
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'secret-service', stale: [] });
    expect(await world.stores.file.get(alice)).toBeUndefined();
    expect(world.placement).toEqual(placed('secret-service'));
  });

  test('[APP3] elsewhere than before remembers a copy that cannot be removed, and the next one removes it', async () => {
    await keptInKeyring();
    world.broken.set('secret-service', 'locked');
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({
      store: 'file',
      stale: ['secret-service'],
    });
    expect(world.placement).toEqual(placed('file', ['secret-service']));
    await expectSecret(alice, fresh);
    world.broken.clear();
    await expectSecret(alice, fresh);
    world.policy.preference = 'file';
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'file', stale: [] });
    expect(await world.stores['secret-service'].get(alice)).toBeUndefined();
  });

  test('does not touch a keyring that is disabled, not even to remove a copy', async () => {
    await keptInKeyring();
    world.policy.keyringDisabled = true;
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({
      store: 'file',
      stale: ['secret-service'],
    });
    expect(world.calls).toEqual(['set file']);
  });

  test.each([
    ['vault', false, 'invalid-preference'],
    ['keychain', true, 'contradictory-settings'],
  ] as const)(
    'with preference %s and keyring disabled: %s is refused before anything is touched',
    async (preference, keyringDisabled, code) => {
      world.policy = { preference, keyringDisabled };
      await failure(setCredential(world.context, alice, fresh), code);
      await failure(getCredential(world.context, alice), code);
      await failure(deleteCredential(world.context, alice), code);
      await failure(listCredentials(world.context), code);
      await failure(findMigrationScope(world.context, 'file'), code);
      await failure(changePassphrase(world.context, 'passphrase'), code);
      await failure(repair(world.context, undefined).next(), code);
      expect(world.calls).toEqual([]);
    },
  );

  test('is refused with a fix where a keyring is demanded that does not serve', async () => {
    world.policy.preference = 'keychain';
    world.broken.set('secret-service', 'locked');
    const error = await failure(setCredential(world.context, alice, fresh), 'keyring-required');
    expect(error.message).toMatch(/^KEYSTOW_STORAGE=keychain demands the Secret Service: .*locked/);
    expect(error.hint).toContain('gnome-keyring-daemon');
    expect(world.warnings).toEqual([]);
  });

  test('warns where the placement cannot be written and nothing can go wrong by it', async () => {
    world.placementFails = 'file-io';
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'secret-service' });
    expect(world.warnings).toEqual([expect.stringContaining('the placement file cannot be written')]);
    await expectSecret(alice, fresh);
  });

  test('fails where the placement cannot be written and a read would go to an older copy', async () => {
    await keptInFile();
    world.placementFails = 'file-io';
    await failure(setCredential(world.context, alice, fresh), 'file-io');
    await expectSecret(alice, old);
  });
});

describe('getting', () => {
  test('goes straight to the store that the write went to, probing nothing', async () => {
    await keptInKeyring();
    await expectSecret(alice, old);
    expect(world.calls).toEqual(['get secret-service']);
  });

  test.each(['file', 'keychain', 'auto'])(
    '[APP4] goes there whatever the preference says today: %s',
    async (preference) => {
      await keptInFile();
      world.policy.preference = preference;
      await expectSecret(alice, old);
      await keptInKeyring();
      await expectSecret(alice, old);
    },
  );

  test('[APP5] names the store and the day where that store does not serve', async () => {
    await keptInKeyring();
    world.broken.set('secret-service', 'locked');
    const error = await failure(getCredential(world.context, alice), 'locked');
    expect(error.message).toBe(
      'demo alice was stored in the Secret Service on 3 November 2026: the secret-service is locked',
    );
    expect(error.hint).toContain('gnome-keyring-daemon');
  });

  test('says that a keyring is switched off, and does not touch it', async () => {
    await keptInKeyring();
    world.policy.keyringDisabled = true;
    const error = await failure(getCredential(world.context, alice), 'disabled');
    expect(error.message).toContain('switched off by KEYSTOW_DISABLE_KEYRING');
    expect(world.calls).toEqual([]);
  });

  test('says so where the store of another operating system has it', async () => {
    world.remembered = {
      placement: [{ ...alice, store: 'keychain', writtenAt: '2026-11-03T00:00:00.000Z', stale: [] }],
      state: 'intact',
    };
    expect((await failure(getCredential(world.context, alice), 'not-installed')).message).toContain('the Keychain');
  });

  test('looks in every store in order where nothing is remembered', async () => {
    await world.stores.file.set(alice, old);
    world.calls.length = 0;
    await expectSecret(alice, old);
    expect(world.calls).toEqual(['get secret-service', 'get file']);
    expect(await getCredential(world.context, bob)).toBeUndefined();
  });

  test('finds what a lost placement knew', async () => {
    await keptInFile();
    world.remembered = { placement: [], state: 'damaged', why: 'is cut short' };
    await expectSecret(alice, old);
  });

  test('[APP6] is never "absent" where a store could not be asked', async () => {
    world.broken.set('secret-service', 'timed-out');
    await failure(getCredential(world.context, alice), 'timed-out');
    await world.stores.file.set(alice, old);
    await expectSecret(alice, old);
  });

  test('is absent where a machine has no keyring and the file has none either', async () => {
    world.broken.set('secret-service', 'no-session-bus');
    expect(await getCredential(world.context, alice)).toBeUndefined();
  });

  test.each([
    ['file', false],
    ['auto', true],
  ])('does not look in a keyring when asked for %s, keyring disabled: %s', async (preference, keyringDisabled) => {
    world.policy = { preference, keyringDisabled };
    expect(await getCredential(world.context, alice)).toBeUndefined();
    expect(world.calls).toEqual(['get file']);
  });

  test('[APP7] does not bring back a stale copy when the newer one is gone', async () => {
    await keptInKeyring();
    world.broken.set('secret-service', 'locked');
    await setCredential(world.context, alice, fresh);
    world.broken.clear();
    await world.stores.file.delete(alice);
    expect(await getCredential(world.context, alice)).toBeUndefined();
  });
});

describe('deleting', () => {
  test('removes it everywhere, and says where it was', async () => {
    await keptInFile();
    await world.stores['secret-service'].set(alice, old);
    expect(await deleteCredential(world.context, alice)).toEqual(['file', 'secret-service']);
    expect(await getCredential(world.context, alice)).toBeUndefined();
    expect(world.placement).toEqual([]);
    expect(await deleteCredential(world.context, alice)).toEqual([]);
  });

  test('fails, naming the store, where a copy is known that cannot be removed, and forgets nothing', async () => {
    await keptInKeyring();
    world.broken.set('secret-service', 'locked');
    const error = await failure(deleteCredential(world.context, alice), 'locked');
    expect(error.message).toContain('stored in the Secret Service on 3 November 2026');
    expect(world.placement).toEqual(placed('secret-service'));
  });

  test('fails where nothing is known and a store could not be asked', async () => {
    world.broken.set('secret-service', 'locked');
    await failure(deleteCredential(world.context, alice), 'locked');
  });

  test('is done where it is known to be in the file and a keyring does not serve', async () => {
    await keptInFile();
    world.broken.set('secret-service', 'locked');
    expect(await deleteCredential(world.context, alice)).toEqual(['file']);
  });

  test('is done also where no lock can be made, and where one is kept by others it is not', async () => {
    await keptInKeyring();
    world.exclusively = async () => {
      throw new CredentialError('file-busy', 'others kept the lock');
    };
    await failure(deleteCredential(world.context, alice), 'file-busy');
    await expectSecret(alice, old);
    world.exclusively = async () => {
      throw new CredentialError('file-io', 'the folder cannot be written');
    };
    expect(await deleteCredential(world.context, alice)).toEqual(['secret-service']);
  });

  test('leaves other credentials', async () => {
    await setCredential(world.context, bob, old);
    await keptInKeyring();
    await deleteCredential(world.context, alice);
    await expectSecret(bob, old);
  });
});

describe('listing', () => {
  test('names what every store has, once, with the store that a read would take it from', async () => {
    await keptInFile();
    await world.stores['secret-service'].set(alice, fresh);
    await world.stores['secret-service'].set(bob, fresh);
    expect(await listCredentials(world.context)).toEqual([
      { ...alice, store: 'file' },
      { ...bob, store: 'secret-service' },
    ]);
    expect(await listCredentials(world.context, 'other')).toEqual([]);
  });

  test('stands in for a store that does not serve with what is remembered, and warns', async () => {
    await keptInKeyring();
    world.broken.set('secret-service', 'locked');
    expect(await listCredentials(world.context)).toEqual([{ ...alice, store: 'secret-service' }]);
    expect(world.warnings).toEqual([expect.stringContaining('only what was stored from here is listed')]);
  });

  test('is never a part: where nothing is remembered, a store that does not serve is an error', async () => {
    world.broken.set('secret-service', 'locked');
    await failure(listCredentials(world.context), 'locked');
  });

  test('says nothing of a keyring that the machine does not have', async () => {
    world.broken.set('secret-service', 'no-session-bus');
    await world.stores.file.set(alice, old).catch(() => {});
    expect(await listCredentials(world.context)).toEqual([{ ...alice, store: 'file' }]);
    expect(world.warnings).toEqual([]);
  });

  test('does not open a file sealed by passphrase for names that are remembered', async () => {
    await keptInFile();
    world.seal = 'passphrase';
    expect(await listCredentials(world.context)).toEqual([{ ...alice, store: 'file' }]);
    expect(world.calls).not.toContain('list file');
  });
});
