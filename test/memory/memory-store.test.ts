import { expect, test } from 'vitest';
import { createMemoryStore } from '../../src/adapters/memory/memory-store.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';

const name = { service: 'demo', account: 'alice' };

test('a store that lists one service at a time refuses to list them all, and one that says nothing lists all', async () => {
  const backing = new Map();
  const all = createMemoryStore({ id: 'keychain', backing });
  const one = createMemoryStore({ id: 'keychain', backing, listing: 'by-service' });
  await all.set(name, textSecret('s'));
  expect([all.listing, one.listing]).toEqual(['all', 'by-service']);
  expect(await all.list()).toEqual([name]);
  expect(await one.list('demo')).toEqual([name]);
  const refusal = await failure(one.list(), 'invalid-input');
  expect(refusal.message).toBe('the store lists one service at a time');
});

test('a service that no name can have is refused, not found empty', async () => {
  await failure(createMemoryStore({ id: 'keychain' }).list('a\0b'), 'invalid-name');
});

test('what a caller does to the bytes that it was given changes nothing that is kept', async () => {
  const store = createMemoryStore({ id: 'keychain' });
  await store.set(name, textSecret('kept'));
  (await store.get(name))?.expose().fill(0);
  expect(await store.get(name).then((secret) => secret?.equals(textSecret('kept')))).toBe(true);
});
