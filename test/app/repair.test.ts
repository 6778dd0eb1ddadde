import { beforeEach, describe, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { examine, replayReport } from '../../src/app/doctor/examine.ts';
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

/** Alice's credential as it is remembered, and the text of each copy. */
async function situation(record: RecordedStores | undefined, copies: Partial<Record<StoreId, string>>): Promise<void> {
  for (const store of stores) {
    const text = copies[store];
    if (text !== undefined) await world.stores[store].set(alice, textSecret(text));
  }
  const placement = record ? [{ ...alice, ...record, writtenAt: '2026-11-03T09:00:00.000Z' }] : [];
  world.remembered = { placement, state: 'intact' };
  world.calls.length = 0;
}

async function mend(keep?: StoreId): Promise<readonly Repair[]> {
  const repairs: Repair[] = [];
  for await (const one of repair(world.context, keep)) repairs.push(one);
  return repairs;
}

async function copies(): Promise<Record<string, string | undefined>> {
  const text = async (store: (typeof stores)[number]) => {
    const secret = await world.stores[store].get(alice);
    return secret && new TextDecoder().decode(secret.expose());
  };
  return { [keyring]: await text(keyring), file: await text('file') };
}

const kinds = async () => (await examine(world.context)).divergences.map(({ kind }) => kind);

describe.each([
  ['a copy of the same bytes', 'copy', { store: keyring, stale: [] }, { [keyring]: 'a', file: 'a' }, keyring],
  ['an older copy', 'stale-copy', { store: keyring, stale: ['file'] }, { [keyring]: 'a', file: 'old' }, keyring],
  ['a record of a copy that is gone', 'stale-copy', { store: keyring, stale: ['file'] }, { [keyring]: 'a' }, keyring],
  ['a record that names another store', 'misplaced', { store: keyring, stale: [] }, { file: 'a' }, 'file'],
  ['two copies that nothing is remembered of', 'copy', undefined, { [keyring]: 'a', file: 'a' }, keyring],
] as const)('%s', (_, kind, record, held, store) => {
  test('is shown without changing anything, is mended, and is not there any more', async () => {
    await situation(record, held);
    const before = [await copies(), world.remembered];
    expect(await kinds()).toEqual([kind]);
    expect([await copies(), world.remembered]).toEqual(before);
    expect(await mend()).toMatchObject([{ ...alice, outcome: 'mended', kinds: [kind], store }]);
    expect(await copies()).toEqual({ [keyring]: undefined, file: undefined, [store]: 'a' });
    expect(world.placement).toMatchObject([{ ...alice, store, stale: [] }]);
    expect(await kinds()).toEqual([]);
    expect(await mend()).toEqual([]);
  });
});

test('what is remembered and in no store is shown, and forgotten', async () => {
  await situation({ store: keyring, stale: [] }, {});
  expect(await kinds()).toEqual(['missing']);
  expect(await mend()).toMatchObject([{ outcome: 'mended', kinds: ['missing'], removedFrom: [] }]);
  expect(world.placement).toEqual([]);
});

describe('copies that differ', () => {
  beforeEach(() => situation({ store: 'file', stale: [] }, { [keyring]: 'a', file: 'b' }));

  test('[APP19] are left, both of them, with what keeps one', async () => {
    expect(await kinds()).toEqual(['conflict']);
    expect(await mend()).toMatchObject([
      { outcome: 'left', fix: 'keystow doctor --repair --keep file  # or: --keep secret-service' },
    ]);
    expect(await copies()).toEqual({ [keyring]: 'a', file: 'b' });
  });

  test.each([
    [keyring, 'a'],
    ['file', 'b'],
  ] as const)('are one where the user says to keep that of the %s', async (keep, text) => {
    expect(await mend(keep)).toMatchObject([{ outcome: 'mended', store: keep }]);
    expect(await copies()).toEqual({ [keyring]: undefined, file: undefined, [keep]: text });
    const read = await getCredential(world.context, alice);
    expect(read?.equals(textSecret(text))).toBe(true);
  });
});

test('[APP20] an older copy that is the only one left is not removed, and taken back only when that is said', async () => {
  await situation({ store: keyring, stale: ['file'] }, { file: 'old' });
  expect(await kinds()).toEqual(['stale-only']);
  expect(await mend()).toMatchObject([{ outcome: 'left' }]);
  expect(await copies()).toEqual({ [keyring]: undefined, file: 'old' });
  expect(await mend('file')).toMatchObject([{ outcome: 'mended', store: 'file' }]);
  expect(world.placement).toMatchObject([{ store: 'file', stale: [] }]);
});

test('a store that does not answer is named, and nothing is removed or forgotten', async () => {
  await situation({ store: keyring, stale: ['file'] }, { [keyring]: 'a', file: 'old' });
  world.broken.set(keyring, 'locked');
  expect(await mend()).toMatchObject([{ outcome: 'left', explanation: expect.stringContaining('locked') }]);
  world.broken.clear();
  expect(await copies()).toEqual({ [keyring]: 'a', file: 'old' });
  expect(world.placement).toMatchObject([{ store: keyring, stale: ['file'] }]);
});

test('[APP21] a keyring that gives back other bytes than it was given is not believed: nothing is removed', async () => {
  await situation({ store: keyring, stale: [] }, { [keyring]: 'a', file: 'a' });
  world.probe = { kind: 'service-failure', reason: 'round-trip-mismatch' };
  await failure(mend(), 'round-trip-mismatch');
  expect(await copies()).toEqual({ [keyring]: 'a', file: 'a' });
});

test('an older copy where nobody can look is said to be possible', async () => {
  await setCredential(world.context, alice, textSecret('a'));
  world.broken.set(keyring, 'locked');
  await setCredential(world.context, alice, textSecret('b'));
  const { divergences } = await examine(world.context);
  expect(divergences).toMatchObject([
    { kind: 'stale-copy', explanation: 'an older copy may still be in the Secret Service, which does not answer' },
  ]);
});

describe('doctor without --repair', () => {
  test('reads no secret but of what is in more than one store', async () => {
    await situation({ store: keyring, stale: [] }, { [keyring]: 'a' });
    await examine(world.context);
    expect(world.calls.filter((call) => call.startsWith('get'))).toEqual([]);
  });

  test('does not open a file sealed by a passphrase', async () => {
    await situation({ store: 'file', stale: [] }, { file: 'a' });
    world.seal = 'passphrase';
    const { storage } = await examine(world.context);
    expect(storage.label).toBe('Encrypted file (interactive passphrase)');
    // The world tells the seal by a list of its own.
    expect(world.calls.filter((call) => call === 'list file')).toHaveLength(1);
  });

  test('replays to the same choice from a report that shows a divergence', async () => {
    await situation({ store: 'file', stale: [] }, { [keyring]: 'a', file: 'b' });
    const report = await examine(world.context);
    expect(replayReport(JSON.stringify(report)).selection).toEqual(report.selection);
  });
});
