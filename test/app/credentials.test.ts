import { beforeEach, describe, expect, test } from 'vitest';
import { deleteCredential } from '../../src/app/credentials/delete-credential.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { changePassphrase } from '../../src/app/encrypted-file.ts';
import { findMigrationScope } from '../../src/app/reconcile/migrate.ts';
import { repair } from '../../src/app/reconcile/repair.ts';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { Secret } from '../../src/domain/secret.ts';
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

const entryIn = (store: string, stale: readonly string[] = []) => [expect.objectContaining({ ...alice, store, stale })];

async function expectSecret(name: CredentialName, secret: Secret): Promise<void> {
  expect((await getCredential(world.context, name))?.equals(secret)).toBe(true);
}

/** Stores Alice's credential in the file, while the keyring is locked. */
async function storeInFile(): Promise<void> {
  world.unavailable.set('secret-service', 'locked');
  await setCredential(world.context, alice, old);
  world.unavailable.clear();
  world.calls.length = 0;
}

async function storeInKeyring(): Promise<void> {
  await setCredential(world.context, alice, old);
  world.calls.length = 0;
}

describe('set', () => {
  test('writes to the selected store, and records it', async () => {
    expect(await setCredential(world.context, alice, fresh)).toEqual({
      store: 'secret-service',
      skipped: [],
      replaced: false,
      stale: [],
    });
    expect(world.calls).toEqual(['probe secret-service', 'set secret-service']);
    expect(world.placement).toEqual(entryIn('secret-service'));
    expect(world.warnings).toEqual([]);
  });

  test('warns once about a store that was skipped because of a service failure', async () => {
    world.unavailable.set('secret-service', 'locked');
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'file' });
    expect(world.warnings).toEqual([expect.stringMatching(/^OS keyring not used: .*locked/)]);
  });

  test('[APP2] in another store removes the old copy', async () => {
    await storeInFile();
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'secret-service', stale: [] });
    expect(await world.stores.file.get(alice)).toBeUndefined();
    expect(world.placement).toEqual(entryIn('secret-service'));
  });

  test('[APP3] in another store records an old copy that cannot be removed, and the next write removes it', async () => {
    await storeInKeyring();
    world.unavailable.set('secret-service', 'locked');
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({
      store: 'file',
      stale: ['secret-service'],
    });
    expect(world.placement).toEqual(entryIn('file', ['secret-service']));
    await expectSecret(alice, fresh);
    world.unavailable.clear();
    await expectSecret(alice, fresh);
    world.policy.preference = 'file';
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'file', stale: [] });
    expect(await world.stores['secret-service'].get(alice)).toBeUndefined();
  });

  test('does not open a disabled keyring, not even to remove a copy', async () => {
    await storeInKeyring();
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
    'with preference %s and keyring disabled: %s is rejected before any store is opened',
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

  test('is rejected if it is empty, and the old secret stays, unless empty secrets are allowed', async () => {
    const empty = new Secret(new Uint8Array());
    await setCredential(world.context, alice, old);
    await failure(setCredential(world.context, alice, empty), 'invalid-input');
    await expectSecret(alice, old);
    await setCredential(world.context, alice, empty, { allowEmpty: true });
    await expectSecret(alice, empty);
  });

  test('is rejected with a fix if the required keyring is unavailable', async () => {
    world.policy.preference = 'keychain';
    world.unavailable.set('secret-service', 'locked');
    const error = await failure(setCredential(world.context, alice, fresh), 'keyring-required');
    expect(error.hint).toContain('keystow unlock');
    expect(world.warnings).toEqual([]);
  });

  test('only warns if the placement file cannot be written, and a read still finds the credential', async () => {
    world.placementError = 'file-io';
    expect(await setCredential(world.context, alice, fresh)).toMatchObject({ store: 'secret-service' });
    expect(world.warnings).toEqual([expect.stringContaining('the placement file cannot be written')]);
    await expectSecret(alice, fresh);
  });

  test('fails if the placement file cannot be written, and a read would return an older copy', async () => {
    await storeInFile();
    world.placementError = 'file-io';
    await failure(setCredential(world.context, alice, fresh), 'file-io');
    await expectSecret(alice, old);
  });
});

describe('get', () => {
  test('reads the recorded store, without a probe', async () => {
    await storeInKeyring();
    await expectSecret(alice, old);
    expect(world.calls).toEqual(['get secret-service']);
  });

  test.each(['file', 'auto'])(
    '[APP4] reads the recorded store whatever the current preference: %s',
    async (preference) => {
      await storeInFile();
      world.policy.preference = preference;
      await expectSecret(alice, old);
      await storeInKeyring();
      await expectSecret(alice, old);
    },
  );

  test('with the preference keychain, reads the keyring, and says that the file is excluded', async () => {
    await storeInKeyring();
    world.policy.preference = 'keychain';
    await expectSecret(alice, old);
    world.policy.preference = 'auto';
    await storeInFile();
    world.policy.preference = 'keychain';
    await failure(getCredential(world.context, alice), 'keyring-required');
  });

  test('[APP5] names the store and the day of the write if that store is unavailable', async () => {
    await storeInKeyring();
    world.unavailable.set('secret-service', 'locked');
    const error = await failure(getCredential(world.context, alice), 'locked');
    expect(error.message).toContain('demo alice was stored in the Secret Service on 3 November 2026');
    expect(error.hint).toContain('keystow unlock');
  });

  test('fails without opening the recorded store if that is a disabled keyring', async () => {
    await storeInKeyring();
    world.policy.keyringDisabled = true;
    const error = await failure(getCredential(world.context, alice), 'disabled');
    expect(error.hint).toContain('KEYSTOW_DISABLE_KEYRING');
    expect(world.calls).toEqual([]);
  });

  test('names the recorded store if that belongs to another operating system', async () => {
    world.snapshot = {
      placement: [{ ...alice, store: 'keychain', writtenAt: '2026-11-03T00:00:00.000Z', stale: [] }],
      state: 'intact',
    };
    expect((await failure(getCredential(world.context, alice), 'not-installed')).message).toContain('the Keychain');
  });

  test('warns about a secret that is from another program’s item, whether or not a store is recorded', async () => {
    await storeInKeyring();
    const store = world.stores['secret-service'];
    const { get } = store;
    Object.assign(store, {
      get: (...args: Parameters<typeof get>) => {
        args[1]?.onForeignItem?.();
        return get(...args);
      },
    });
    await expectSecret(alice, old);
    world.snapshot = { placement: [], state: 'absent' };
    await expectSecret(alice, old);
    const warning = "demo alice was read from another program's item in the Secret Service";
    expect(world.warnings).toEqual([warning, warning]);
  });

  test('searches every store in order if no store is recorded', async () => {
    await world.stores.file.set(alice, old);
    world.calls.length = 0;
    await expectSecret(alice, old);
    expect(world.calls).toEqual(['get secret-service', 'get file']);
    expect(await getCredential(world.context, bob)).toBeUndefined();
  });

  test('finds a credential whose entry was lost', async () => {
    await storeInFile();
    world.snapshot = { placement: [], state: 'damaged', why: 'is cut short' };
    await expectSecret(alice, old);
  });

  test('[APP6] is never "absent" while a store that might have it is unavailable', async () => {
    world.unavailable.set('secret-service', 'timed-out');
    await failure(getCredential(world.context, alice), 'timed-out');
    await world.stores.file.set(alice, old);
    await expectSecret(alice, old);
  });

  test('is absent if the machine has no keyring and the file does not have it', async () => {
    world.unavailable.set('secret-service', 'no-session-bus');
    expect(await getCredential(world.context, alice)).toBeUndefined();
  });

  test('is absent if a keyring without a collection is not recorded to have it', async () => {
    world.unavailable.set('secret-service', 'no-collection');
    expect(await getCredential(world.context, alice)).toBeUndefined();
  });

  test('is never "absent" if it is recorded in a keyring that has no collection now', async () => {
    await storeInKeyring();
    world.unavailable.set('secret-service', 'no-collection');
    const error = await failure(getCredential(world.context, alice), 'no-collection');
    expect(error.message).toContain('stored in the Secret Service on 3 November 2026');
  });

  test.each([
    ['file', false],
    ['auto', true],
  ])('does not search a keyring with preference %s and keyring disabled: %s', async (preference, keyringDisabled) => {
    world.policy = { preference, keyringDisabled };
    expect(await getCredential(world.context, alice)).toBeUndefined();
    expect(world.calls).toEqual(['get file']);
  });

  test('[APP7] does not return a stale copy if the newer one is missing', async () => {
    await storeInKeyring();
    world.unavailable.set('secret-service', 'locked');
    await setCredential(world.context, alice, fresh);
    world.unavailable.clear();
    await world.stores.file.delete(alice);
    expect(await getCredential(world.context, alice)).toBeUndefined();
  });
});

describe('delete', () => {
  test('warns about another program’s item that stays', async () => {
    await storeInKeyring();
    const store = world.stores['secret-service'];
    const remove = store.delete;
    Object.assign(store, {
      delete: (...args: Parameters<typeof remove>) => {
        args[1]?.onForeignItem?.();
        return remove(...args);
      },
    });
    expect(await deleteCredential(world.context, alice)).toEqual(['secret-service']);
    expect(world.warnings).toEqual([
      "another program's item for demo alice stays in the Secret Service, and a read still finds it",
    ]);
  });

  test('removes it from every store, and returns which ones had it', async () => {
    await storeInFile();
    await world.stores['secret-service'].set(alice, old);
    expect(await deleteCredential(world.context, alice)).toEqual(['file', 'secret-service']);
    expect(await getCredential(world.context, alice)).toBeUndefined();
    expect(world.placement).toEqual([]);
    expect(await deleteCredential(world.context, alice)).toEqual([]);
  });

  test('fails if a recorded copy cannot be removed, names its store, and keeps the entry', async () => {
    await storeInKeyring();
    world.unavailable.set('secret-service', 'locked');
    const error = await failure(deleteCredential(world.context, alice), 'locked');
    expect(error.message).toContain('stored in the Secret Service on 3 November 2026');
    expect(world.placement).toEqual(entryIn('secret-service'));
  });

  test('fails if nothing is recorded and a store is unavailable', async () => {
    world.unavailable.set('secret-service', 'locked');
    await failure(deleteCredential(world.context, alice), 'locked');
  });

  test('succeeds if it is recorded in the file and a keyring is unavailable', async () => {
    await storeInFile();
    world.unavailable.set('secret-service', 'locked');
    expect(await deleteCredential(world.context, alice)).toEqual(['file']);
  });

  const failLock = (code: ErrorCode, errno?: string) => {
    world.mutex = async () => {
      const cause = errno && Object.assign(new Error(errno), { code: errno });
      throw new CredentialError(code, 'the lock cannot be taken', cause ? { cause } : {});
    };
  };

  test.each(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'ELOOP'])(
    'succeeds if no process can create the lock: %s',
    async (errno) => {
      await storeInKeyring();
      failLock('file-io', errno);
      expect(await deleteCredential(world.context, alice)).toEqual(['secret-service']);
    },
  );

  test.each([
    ['file-io', 'ENOSPC'],
    ['file-io', 'EDQUOT'],
    ['file-io', 'EIO'],
    ['file-io', 'EMFILE'],
    ['file-io', undefined],
    ['file-busy', undefined],
    ['file-refused', 'EACCES'],
  ] as const)('fails if another process may have the lock: %s %s', async (code, errno) => {
    await storeInKeyring();
    failLock(code, errno);
    const calls = world.calls.length;
    await failure(deleteCredential(world.context, alice), code);
    await failure(setCredential(world.context, alice, fresh), code);
    expect(world.calls.slice(calls).filter((call) => /^(set|delete) /.test(call))).toEqual([]);
    await expectSecret(alice, old);
  });

  test('keeps other credentials', async () => {
    await setCredential(world.context, bob, old);
    await storeInKeyring();
    await deleteCredential(world.context, alice);
    await expectSecret(bob, old);
  });
});

describe('list', () => {
  test('lists the credentials of every store, each once, with the store that a read would use', async () => {
    await storeInFile();
    await world.stores['secret-service'].set(alice, fresh);
    await world.stores['secret-service'].set(bob, fresh);
    expect(await listCredentials(world.context)).toMatchObject([
      { ...alice, store: 'file' },
      { ...bob, store: 'secret-service' },
    ]);
    expect(await listCredentials(world.context, 'other')).toEqual([]);
  });

  test.each(['locked', 'no-collection'] as const)(
    'lists the recorded credentials of a store that is unavailable, with a warning: %s',
    async (code) => {
      await storeInKeyring();
      world.unavailable.set('secret-service', code);
      expect(await listCredentials(world.context)).toMatchObject([{ ...alice, store: 'secret-service' }]);
      expect(world.warnings).toEqual([
        expect.stringContaining('only credentials that keystow stored there are listed'),
      ]);
    },
  );

  test('does not warn about a keyring without a collection that nothing was stored in', async () => {
    await storeInFile();
    world.warnings.length = 0;
    world.unavailable.set('secret-service', 'no-collection');
    expect(await listCredentials(world.context)).toMatchObject([{ ...alice, store: 'file' }]);
    expect(world.warnings).toEqual([]);
  });

  test('fails if a store is unavailable and the placement file is missing', async () => {
    world.unavailable.set('secret-service', 'locked');
    await failure(listCredentials(world.context), 'locked');
  });

  test('does not warn about a keyring that the machine does not have', async () => {
    world.unavailable.set('secret-service', 'no-session-bus');
    await world.stores.file.set(alice, old).catch(() => {});
    expect(await listCredentials(world.context)).toMatchObject([{ ...alice, store: 'file' }]);
    expect(world.warnings).toEqual([]);
  });

  test.each(['recorded', 'not recorded'])(
    'lists as many credentials as a file can have, without comparing each with all others: %s',
    async (state) => {
      const names = Array.from({ length: 100_000 }, (_, index) => ({ service: `s${index}`, account: 'alice' }));
      for (const name of names) await world.stores.file.set(name, old);
      const entries = names.map((name) => ({ ...name, store: 'file' as const, writtenAt: '', stale: [] }));
      world.snapshot = { placement: state === 'recorded' ? entries : [], state: 'intact' };
      expect((await listCredentials(world.context)).length).toBe(names.length);
    },
  );

  test('does not open a file that needs a passphrase if its credentials are recorded', async () => {
    await storeInFile();
    world.keySource = 'passphrase';
    expect(await listCredentials(world.context)).toMatchObject([{ ...alice, store: 'file' }]);
    expect(world.calls).not.toContain('list file');
  });
});
