import { beforeEach, describe, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { examine } from '../../src/app/doctor/examine.ts';
import { replayReport } from '../../src/app/doctor/replay.ts';
import { type Repair, repair } from '../../src/app/reconcile/repair.ts';
import type { RecordedStores } from '../../src/domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const keyring = 'secret-service';
const stores = [keyring, 'file'] as const;
const alice = { service: 'demo', account: 'alice' };

let world: World;
beforeEach(() => {
  world = new World();
});

/** Sets up Alice's entry in the placement file, and the text of each copy. */
async function setUp(record: RecordedStores | undefined, copies: Partial<Record<StoreId, string>>): Promise<void> {
  for (const store of stores) {
    const text = copies[store];
    if (text !== undefined) await world.stores[store].set(alice, textSecret(text));
  }
  const placement = record ? [{ ...alice, ...record, writtenAt: '2026-11-03T09:00:00.000Z' }] : [];
  world.snapshot = { placement, state: 'intact' };
  world.calls.length = 0;
}

async function repairAll(keep?: StoreId): Promise<readonly Repair[]> {
  const repairs: Repair[] = [];
  for await (const one of repair(world.context, keep)) repairs.push(one);
  return repairs;
}

async function readCopies(): Promise<Record<string, string | undefined>> {
  const text = async (store: (typeof stores)[number]) => {
    const secret = await world.stores[store].get(alice);
    return secret && new TextDecoder().decode(secret.expose());
  };
  return { [keyring]: await text(keyring), file: await text('file') };
}

const findKinds = async () => (await examine(world.context)).divergences.map(({ kind }) => kind);

describe.each([
  ['a copy of the same bytes', 'copy', { store: keyring, stale: [] }, { [keyring]: 'a', file: 'a' }, keyring],
  ['an older copy', 'stale-copy', { store: keyring, stale: ['file'] }, { [keyring]: 'a', file: 'old' }, keyring],
  [
    'an entry for an older copy that no longer exists',
    'stale-copy',
    { store: keyring, stale: ['file'] },
    { [keyring]: 'a' },
    keyring,
  ],
  ['an entry that names the wrong store', 'misplaced', { store: keyring, stale: [] }, { file: 'a' }, 'file'],
  ['two copies without an entry', 'copy', undefined, { [keyring]: 'a', file: 'a' }, keyring],
] as const)('%s', (_, kind, record, held, store) => {
  test('is reported without changing anything, is fixed, and is not reported again', async () => {
    await setUp(record, held);
    const before = [await readCopies(), world.snapshot];
    expect(await findKinds()).toEqual([kind]);
    expect([await readCopies(), world.snapshot]).toEqual(before);
    expect(await repairAll()).toMatchObject([{ ...alice, outcome: 'fixed', kinds: [kind], store }]);
    expect(await readCopies()).toEqual({ [keyring]: undefined, file: undefined, [store]: 'a' });
    expect(world.placement).toMatchObject([{ ...alice, store, stale: [] }]);
    expect(await findKinds()).toEqual([]);
    expect(await repairAll()).toEqual([]);
  });
});

test('an entry for a credential that is in no store is reported, and removed', async () => {
  await setUp({ store: keyring, stale: [] }, {});
  expect(await findKinds()).toEqual(['missing']);
  expect(await repairAll()).toMatchObject([{ outcome: 'fixed', kinds: ['missing'], removedFrom: [] }]);
  expect(world.placement).toEqual([]);
});

describe('two different copies', () => {
  beforeEach(() => setUp({ store: 'file', stale: [] }, { [keyring]: 'a', file: 'b' }));

  test('[APP19] are both kept, and the fix says how to keep one', async () => {
    expect(await findKinds()).toEqual(['conflict']);
    expect(await repairAll()).toMatchObject([
      { outcome: 'skipped', fix: 'keystow doctor --repair --keep file  # or: --keep secret-service' },
    ]);
    expect(await readCopies()).toEqual({ [keyring]: 'a', file: 'b' });
  });

  test.each([
    [keyring, 'a'],
    ['file', 'b'],
  ] as const)('become one if the user says to keep the one in the %s', async (keep, text) => {
    expect(await repairAll(keep)).toMatchObject([{ outcome: 'fixed', store: keep }]);
    expect(await readCopies()).toEqual({ [keyring]: undefined, file: undefined, [keep]: text });
    const read = await getCredential(world.context, alice);
    expect(read?.equals(textSecret(text))).toBe(true);
  });
});

test('[APP20] an older copy that is the only one left is not removed, and is used again only if the user chooses it', async () => {
  await setUp({ store: keyring, stale: ['file'] }, { file: 'old' });
  expect(await findKinds()).toEqual(['stale-only']);
  expect(await repairAll()).toMatchObject([{ outcome: 'skipped' }]);
  expect(await readCopies()).toEqual({ [keyring]: undefined, file: 'old' });
  expect(await repairAll('file')).toMatchObject([{ outcome: 'fixed', store: 'file' }]);
  expect(world.placement).toMatchObject([{ store: 'file', stale: [] }]);
});

test('if a store is unavailable, nothing is removed from any store or from the placement file', async () => {
  await setUp({ store: keyring, stale: ['file'] }, { [keyring]: 'a', file: 'old' });
  world.unavailable.set(keyring, 'locked');
  expect(await repairAll()).toMatchObject([{ outcome: 'skipped', explanation: expect.stringContaining('locked') }]);
  world.unavailable.clear();
  expect(await readCopies()).toEqual({ [keyring]: 'a', file: 'old' });
  expect(world.placement).toMatchObject([{ store: keyring, stale: ['file'] }]);
});

test('[APP21] if a keyring returns the wrong bytes, nothing is removed', async () => {
  await setUp({ store: keyring, stale: [] }, { [keyring]: 'a', file: 'a' });
  world.probe = { kind: 'service-failure', reason: 'round-trip-mismatch' };
  await failure(repairAll(), 'round-trip-mismatch');
  expect(await readCopies()).toEqual({ [keyring]: 'a', file: 'a' });
});

test('an older copy in a store that is unavailable is reported as possible', async () => {
  await setCredential(world.context, alice, textSecret('a'));
  world.unavailable.set(keyring, 'locked');
  await setCredential(world.context, alice, textSecret('b'));
  const { divergences } = await examine(world.context);
  expect(divergences).toMatchObject([{ kind: 'stale-copy' }]);
});

describe('doctor without --repair', () => {
  test('reads only the secrets of credentials that are in several stores', async () => {
    await setUp({ store: keyring, stale: [] }, { [keyring]: 'a' });
    await examine(world.context);
    expect(world.calls.filter((call) => call.startsWith('get'))).toEqual([]);
  });

  test('does not open a file that needs a passphrase', async () => {
    await setUp({ store: 'file', stale: [] }, { file: 'a' });
    world.keySource = 'passphrase';
    const { storage } = await examine(world.context);
    expect(storage.label).toBe('Encrypted file (interactive passphrase)');
    expect(world.calls).not.toContain('list file');
  });

  test('replays to the same selection from a report with a divergence', async () => {
    await setUp({ store: 'file', stale: [] }, { [keyring]: 'a', file: 'b' });
    const report = await examine(world.context);
    expect(replayReport(JSON.stringify(report)).selection).toEqual(report.selection);
  });
});
