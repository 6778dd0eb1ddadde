import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { describeStore } from '../contract/require-stores.ts';
import { alice, createSecret, toHex } from '../native/harness.ts';
import { openRealBinding } from './binding.ts';
import { missingCredentialManager } from './credential-manager.ts';
import { TestCredentialManager } from './harness.ts';

const createName = (service: string, account: string): CredentialName => ({ service, account });

const pairs: readonly (readonly [
  how: string,
  one: CredentialName,
  other: CredentialName,
  targets: readonly string[],
])[] = [
  [
    'only in case',
    createName('keystow-test', 'Alice'),
    createName('keystow-test', 'alice'),
    ['^alice.keystow-test', 'alice.keystow-test'],
  ],
  [
    'only in the case of the service',
    createName('Keystow-Test', 'alice'),
    createName('keystow-test', 'alice'),
    ['alice.^keystow-^test', 'alice.keystow-test'],
  ],
  [
    'only in the position of the dot',
    createName('keystow-test', 'a.b'),
    createName('b.keystow-test', 'a'),
    ['a%2eb.keystow-test', 'a.b.keystow-test'],
  ],
  [
    'only in the case of a non-ASCII letter',
    createName('keystow-test', 'É'),
    createName('keystow-test', 'é'),
    ['%c3%89.keystow-test', '%c3%a9.keystow-test'],
  ],
];

describeStore('names', 'credential-manager-native', missingCredentialManager, () => {
  let manager: TestCredentialManager;
  beforeEach(() => {
    manager = new TestCredentialManager();
  });
  afterEach(() => manager.clear());

  test.each(pairs)('that differ %s are two entries with these targets', async (_, one, other, targets) => {
    const store = manager.open();
    await store.set(one, createSecret(3, 1));
    await store.set(other, createSecret(3, 2));
    expect(toHex(await store.get(one))).toBe(toHex(createSecret(3, 1)));
    expect(toHex(await store.get(other))).toBe(toHex(createSecret(3, 2)));
    expect(manager.own.list().filter((target) => !target.startsWith('%name-'))).toEqual(targets);
    await store.delete(one);
    expect(toHex(await store.get(other))).toBe(toHex(createSecret(3, 2)));
  });

  test('would be one entry if they were not escaped', async () => {
    const { AsyncEntry } = openRealBinding();
    await new AsyncEntry('keystow-test', 'Alice').setSecret(Buffer.from('A'));
    await new AsyncEntry('keystow-test', 'a.b').setSecret(Buffer.from('dot'));
    expect(Buffer.from((await new AsyncEntry('keystow-test', 'alice').getSecret()) ?? []).toString()).toBe('A');
    expect(Buffer.from((await new AsyncEntry('b.keystow-test', 'a').getSecret()) ?? []).toString()).toBe('dot');
    expect(manager.own.list()).toHaveLength(2);
  });

  test('that are common are not escaped, so that the binding alone finds them', async () => {
    const { AsyncEntry } = openRealBinding();
    await manager.open().set(createName('keystow-test', 'alice'), createSecret(3));
    expect(await new AsyncEntry('keystow-test', 'alice').getSecret()).toEqual([...createSecret(3).expose()]);
    await new AsyncEntry('keystow-test', 'bob').setSecret(createSecret(4).expose());
    expect(toHex(await manager.open().get(createName('keystow-test', 'bob')))).toBe(toHex(createSecret(4)));
  });
});

const secretSizes = [0, 1, 2, 1279, 1280, 1281, 2559, 2560, 2561, 5120, 5121, 10_000, 25_600, 99_999, 100_000];

describeStore('secrets of any size', 'credential-manager-native', missingCredentialManager, () => {
  let manager: TestCredentialManager;
  beforeAll(() => {
    manager = new TestCredentialManager();
  });
  afterAll(() => manager.clear());

  test.each(secretSizes)('a secret of %i bytes is read back, from as many entries as it needs', async (size) => {
    await manager.open().set(alice, createSecret(size));
    expect(toHex(await manager.open().get(alice))).toBe(toHex(createSecret(size)));
    const chunks = manager.own.list().filter((target) => /^%piece-[0-9a-f]{64}-[ab]-\d+\.keystow$/.test(target));
    expect(chunks).toHaveLength(size <= 2560 ? 0 : Math.ceil(size / 2560));
  });

  test('deleting the last one leaves no entries', async () => {
    expect(await manager.open().delete(alice)).toBe(true);
    expect(manager.own.list()).toEqual([]);
  });

  test('an entry holds at most 2,560 bytes, and a larger write leaves it unchanged', async () => {
    const entry = new (openRealBinding().AsyncEntry)('keystow-test', 'alice');
    await entry.setSecret(createSecret(2560).expose());
    await expect(entry.setSecret(createSecret(2561).expose())).rejects.toThrow(
      "Value of 'secret' is longer than the platform limit of 2560 chars",
    );
    expect((await entry.getSecret())?.length).toBe(2560);
  });
});
