import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { createMemoryStore } from './memory-store.ts';

const name = { service: 'demo', account: 'alice' };

test('a store with listing by-service rejects a list without a service; the default lists all', async () => {
  const backing = new Map();
  const all = createMemoryStore({ id: 'keychain', backing });
  const one = createMemoryStore({ id: 'keychain', backing, listing: 'by-service' });
  await all.set(name, textSecret('s'));
  expect([all.listing, one.listing]).toEqual(['all', 'by-service']);
  expect(await all.list()).toEqual([name]);
  expect(await one.list('demo')).toEqual([name]);
  await failure(one.list(), 'invalid-input');
});

test('an invalid service is an error, not an empty list', async () => {
  await failure(createMemoryStore({ id: 'keychain' }).list('a\0b'), 'invalid-name');
});

test('changing the returned bytes does not change the stored secret', async () => {
  const store = createMemoryStore({ id: 'keychain' });
  await store.set(name, textSecret('stored'));
  (await store.get(name))?.expose().fill(0);
  expect(await store.get(name).then((secret) => secret?.equals(textSecret('stored')))).toBe(true);
});
