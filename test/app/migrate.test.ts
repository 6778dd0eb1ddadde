import { beforeEach, describe, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { type StoreFailures, verifySource } from '../../src/app/reconcile/locate-copies.ts';
import { findMigrationScope, migrate, prepareTarget } from '../../src/app/reconcile/migrate.ts';
import type { Reconciliation } from '../../src/app/reconcile/reconcile-credential.ts';
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
const others = { service: 'browser', account: 'carol' };
const [old, fresh] = [freshSecret(), freshSecret()];

let world: World;
let failures: StoreFailures;
beforeEach(() => {
  world = new World();
  failures = new Map();
});

async function keepIn(store: StoreId, name: CredentialName, secret = old): Promise<void> {
  world.policy.preference = store === 'file' ? 'file' : 'keychain';
  await setCredential(world.context, name, secret);
  world.policy.preference = 'auto';
  world.calls.length = 0;
}

async function move(to: StoreId, { dryRun = false, service }: { dryRun?: boolean; service?: string } = {}) {
  const settled: Reconciliation[] = [];
  const { names } = await findMigrationScope(world.context, to, service);
  for await (const one of migrate(world.context, names, { to, dryRun }, failures)) settled.push(one);
  return settled;
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
  ] as const)('from the %s to the %s moves every byte, and remembers where', async (from, to) => {
    await keepIn(from, alice);
    const { writtenAt } = world.placement[0] ?? {};
    expect(await move(to)).toMatchObject([{ name: alice, plan: { kind: 'resolved', from, to } }]);
    await expectOnlyIn(to, alice, old);
    expect(world.placement).toMatchObject([{ ...alice, store: to, stale: [] }]);
    // Whoever looked before the move and looks again must see that there was one, also where it came back.
    expect(world.placement[0]?.writtenAt).not.toBe(writtenAt);
  });

  test('writes the journal, the copy, reads it back, switches, and only then removes', async () => {
    await keepIn('file', alice);
    const deeds: string[] = [];
    world.deed = (what, perform) => {
      deeds.push(what === 'record' ? 'record' : what);
      return perform();
    };
    await move(keyring);
    expect(deeds).toEqual(['record', `set ${keyring}`, 'record', 'delete file', 'record']);
    expect(world.calls.filter((call) => call === `get ${keyring}`)).toHaveLength(2);
  });

  test('moves what is in the file though nothing is remembered of it', async () => {
    await world.stores.file.set(alice, old);
    await move(keyring);
    await expectOnlyIn(keyring, alice, old);
  });

  test('leaves in a keyring what only others may have put there, and names it', async () => {
    await keepIn(keyring, alice);
    await world.stores[keyring].set(others, fresh);
    expect(await findMigrationScope(world.context, 'file')).toEqual({
      names: [alice],
      sources: new Set([keyring]),
      others: [{ ...others, store: keyring }],
    });
    await move('file');
    expect(await world.stores[keyring].get(others)).toBeDefined();
  });

  test('of one service moves that alone, whoever put it there', async () => {
    await keepIn(keyring, alice);
    await world.stores[keyring].set(others, fresh);
    expect(await findMigrationScope(world.context, 'file', 'browser')).toMatchObject({ names: [others], others: [] });
    await move('file', { service: 'browser' });
    await expectOnlyIn('file', others, fresh);
    await expectOnlyIn(keyring, alice, old);
  });

  test('does nothing to what is there already', async () => {
    await keepIn(keyring, alice);
    const before = world.placement;
    expect(await move(keyring)).toMatchObject([{ plan: { kind: 'resolved', steps: [] } }]);
    expect(world.placement).toBe(before);
  });

  test('leaves copies with other bytes alone, both of them', async () => {
    await keepIn('file', alice);
    await world.stores[keyring].set(alice, fresh);
    expect(await move(keyring)).toMatchObject([{ plan: { kind: 'conflict', stores: ['file', keyring] } }]);
    expect((await world.stores[keyring].get(alice))?.equals(fresh)).toBe(true);
    expect((await world.stores.file.get(alice))?.equals(old)).toBe(true);
  });

  test('to try it out writes nothing, takes no lock, and says the same', async () => {
    await keepIn('file', alice);
    await keepIn(keyring, bob);
    const before = world.remembered;
    const refuse = async () => {
      throw new Error('it is only tried out');
    };
    Object.assign(world, { deed: refuse, exclusively: refuse });
    const foreseen = (await move(keyring, { dryRun: true })).map(({ plan }) => plan);
    expect(foreseen).toMatchObject([
      { kind: 'resolved', from: 'file', to: keyring },
      { kind: 'resolved', from: keyring, to: keyring, steps: [] },
    ]);
    expect(world.remembered).toBe(before);
    expect(world.calls.filter((call) => call.startsWith('probe'))).toEqual([]);
    Object.assign(world, { deed: new World().deed, exclusively: new World().exclusively });
    expect((await move(keyring)).map(({ plan }) => plan)).toEqual(foreseen);
  });
});

describe('where a store does not serve', () => {
  test('the target is probed first, and refused with what would mend it', async () => {
    world.broken.set(keyring, 'locked');
    const error = await failure(prepareTarget(world.context, keyring, false), 'keyring-required');
    expect(error.message).toMatch(/^the Secret Service cannot take credentials: .*locked/);
    expect(error.hint).toContain('gnome-keyring-daemon');
  });

  test('to try it out the target is only looked at, and refused in the same way', async () => {
    world.broken.set(keyring, 'locked');
    const error = await failure(prepareTarget(world.context, keyring, true), 'keyring-required');
    expect(error.hint).toContain('gnome-keyring-daemon');
    expect(world.calls).toEqual([`list ${keyring}`]);
  });

  test('and the placement was lost, nothing is moved as if there were nothing', async () => {
    world.broken.set(keyring, 'locked');
    await failure(findMigrationScope(world.context, 'file'), 'locked');
    world.remembered = { placement: [], state: 'intact' };
    expect(await findMigrationScope(world.context, 'file')).toMatchObject({ names: [], others: [] });
  });

  test('a keyring that forgets is refused as a target', async () => {
    world.probe = { kind: 'usable', persistence: 'until-logout' };
    await failure(prepareTarget(world.context, keyring, false), 'keyring-required');
  });

  test('a keyring that the user switched off is refused as a target, and not touched', async () => {
    world.policy.keyringDisabled = true;
    const error = await failure(prepareTarget(world.context, keyring, false), 'contradictory-settings');
    expect(error.hint).toBe('unset KEYSTOW_DISABLE_KEYRING');
    expect(world.calls).toEqual([]);
  });

  test('the file is prepared without a probe', async () => {
    await prepareTarget(world.context, 'file', false);
    expect(world.calls).toEqual([]);
  });

  test('the store of another system is refused', async () => {
    await failure(prepareTarget(world.context, 'keychain', false), 'not-installed');
  });

  test('as the source, its credentials stay, and it is asked once', async () => {
    await keepIn(keyring, alice);
    await keepIn(keyring, bob);
    world.broken.set(keyring, 'locked');
    const settled = await move('file');
    expect(settled).toMatchObject([
      { plan: { kind: 'unavailable', store: keyring } },
      { plan: { kind: 'unavailable', store: keyring } },
    ]);
    expect(failures.get(keyring)).toMatchObject({ code: 'locked' });
    expect(world.calls.filter((call) => call === `get ${keyring}`)).toHaveLength(1);
    world.broken.clear();
    for (const name of [alice, bob]) await expectOnlyIn(keyring, name, old);
  });

  test('as the target, from some moment on, the rest stays where it is', async () => {
    for (const name of [alice, bob]) await keepIn('file', name);
    world.deed = async (what, perform) => {
      if (what === `set ${keyring}`) throw new CredentialError('locked', 'it has just been locked');
      return perform();
    };
    expect(await move(keyring)).toMatchObject([
      { result: { end: 'failed', store: keyring, at: { type: 'copy' } } },
      { plan: { kind: 'unavailable', store: keyring } },
    ]);
    for (const name of [alice, bob]) await expectOnlyIn('file', name, old);
  });

  test('in removing, the copy is named, remembered as an older one, and a read takes the new one', async () => {
    await keepIn('file', alice);
    world.deed = async (what, perform) => {
      if (what === 'delete file') throw new CredentialError('file-io', 'the disk is read-only');
      return perform();
    };
    expect(await move(keyring)).toMatchObject([{ result: { end: 'failed', at: { type: 'remove', store: 'file' } } }]);
    expect(world.placement).toMatchObject([{ ...alice, store: keyring, stale: ['file'] }]);
    expect((await getCredential(world.context, alice))?.equals(old)).toBe(true);
  });

  test('a store that gives back other bytes than it was given gets none, and nothing is removed', async () => {
    await keepIn('file', alice);
    const { get } = world.stores[keyring];
    world.stores[keyring].get = async (...args) => (await get(...args)) && new Secret(new Uint8Array(3));
    const [settled] = await move(keyring);
    expect(settled?.result).toMatchObject({ end: 'failed', error: { code: 'round-trip-mismatch' } });
    world.stores[keyring].get = get;
    await expectOnlyIn('file', alice, old);
    expect(world.placement).toMatchObject([{ store: 'file', stale: [] }]);
  });

  test('a keyring that gives back other bytes than it was given is no source', async () => {
    world.probe = { kind: 'service-failure', reason: 'round-trip-mismatch' };
    const error = await failure(verifySource(world.context, keyring), 'round-trip-mismatch');
    expect(error.message).toContain('nothing is removed on its word');
  });

  test.each(['locked', 'no-collection', 'denied'] as const)('a keyring that is %s may still be one', async (reason) => {
    world.probe = { kind: 'service-failure', reason };
    await verifySource(world.context, keyring);
  });

  test('a secret that is too large for the target stays, and the next one moves', async () => {
    for (const name of [alice, bob]) await keepIn('file', name);
    let first = true;
    world.deed = async (what, perform) => {
      if (what === `set ${keyring}` && first) {
        first = false;
        throw new CredentialError('too-large', 'larger than the store can keep');
      }
      return perform();
    };
    expect((await move(keyring)).map(({ result }) => result.end)).toEqual(['failed', 'done']);
    await expectOnlyIn('file', alice, old);
    await expectOnlyIn(keyring, bob, old);
    expect(world.placement.map(({ stale }) => stale)).toEqual([[], []]);
  });

  test('a file that cannot be opened ends it before anything is moved', async () => {
    await keepIn(keyring, alice);
    world.broken.set('file', 'file-damaged');
    await failure(findMigrationScope(world.context, 'file'), 'file-damaged');
  });

  test('a record that cannot be written ends it, and nothing is moved', async () => {
    await keepIn('file', alice);
    world.placementFails = 'file-io';
    await failure(move(keyring), 'file-io');
    await expectOnlyIn('file', alice, old);
  });
});
