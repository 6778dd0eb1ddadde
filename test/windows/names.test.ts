import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { describeStore } from '../contract/require-stores.ts';
import { createSecret, toHex } from '../native/harness.ts';
import { realBinding } from './binding.ts';
import { missing } from './missing.ts';
import { Place } from './place.ts';

const named = (service: string, account: string): CredentialName => ({ service, account });

const pairs: readonly (readonly [
  how: string,
  one: CredentialName,
  other: CredentialName,
  targets: readonly string[],
])[] = [
  [
    'only in case',
    named('keystow-test', 'Alice'),
    named('keystow-test', 'alice'),
    ['^alice.keystow-test', 'alice.keystow-test'],
  ],
  [
    'only in the case of the service',
    named('Keystow-Test', 'alice'),
    named('keystow-test', 'alice'),
    ['alice.^keystow-^test', 'alice.keystow-test'],
  ],
  [
    'only in where the dot falls',
    named('keystow-test', 'a.b'),
    named('b.keystow-test', 'a'),
    ['a%2eb.keystow-test', 'a.b.keystow-test'],
  ],
  [
    'only in the case of a letter that is no ASCII',
    named('keystow-test', 'É'),
    named('keystow-test', 'é'),
    ['%c3%89.keystow-test', '%c3%a9.keystow-test'],
  ],
];

describeStore('names', 'credential-manager-native', missing, () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.clear());

  test.each(pairs)('that differ %s are two entries, by these targets', async (_, one, other, targets) => {
    const store = place.open();
    await store.set(one, createSecret(3, 1));
    await store.set(other, createSecret(3, 2));
    expect(toHex(await store.get(one))).toBe(toHex(createSecret(3, 1)));
    expect(toHex(await store.get(other))).toBe(toHex(createSecret(3, 2)));
    expect(place.own.list().filter((target) => !target.startsWith('%name-'))).toEqual(targets);
    await store.delete(one);
    expect(toHex(await store.get(other))).toBe(toHex(createSecret(3, 2)));
  });

  test('would be one entry in the binding alone, which is why they are escaped', async () => {
    const { AsyncEntry } = realBinding();
    await new AsyncEntry('keystow-test', 'Alice').setSecret(Buffer.from('A'));
    await new AsyncEntry('keystow-test', 'a.b').setSecret(Buffer.from('dot'));
    expect(Buffer.from((await new AsyncEntry('keystow-test', 'alice').getSecret()) ?? []).toString()).toBe('A');
    expect(Buffer.from((await new AsyncEntry('b.keystow-test', 'a').getSecret()) ?? []).toString()).toBe('dot');
    expect(place.own.list()).toHaveLength(2);
  });

  test('by which the binding alone finds a credential are those of common names', async () => {
    const { AsyncEntry } = realBinding();
    await place.open().set(named('keystow-test', 'alice'), createSecret(3));
    expect(await new AsyncEntry('keystow-test', 'alice').getSecret()).toEqual([...createSecret(3).expose()]);
    await new AsyncEntry('keystow-test', 'bob').setSecret(createSecret(4).expose());
    expect(toHex(await place.open().get(named('keystow-test', 'bob')))).toBe(toHex(createSecret(4)));
  });
});
