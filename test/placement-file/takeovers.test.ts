import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTakeovers } from '../../src/adapters/files/markers.ts';
import { alice, bob, newPlace } from '../encrypted-file/place.ts';

test('a takeover is pending in every process from its begin to its end, for its credential and its store only', () => {
  const { path } = newPlace();
  const takeovers = createTakeovers(path, 'secret-service');
  const again = createTakeovers(path, 'secret-service');
  expect(takeovers.isPending(alice)).toBe(false);
  takeovers.begin(alice);
  again.begin(alice);
  expect([takeovers, again].map((each) => each.isPending(alice))).toEqual([true, true]);
  const split = { service: `${alice.service}a`, account: alice.account.slice(1) };
  const swapped = { service: alice.account, account: alice.service };
  for (const other of [bob, split, swapped]) expect(takeovers.isPending(other)).toBe(false);
  expect(createTakeovers(path, 'keychain').isPending(alice)).toBe(false);
  again.end(alice);
  takeovers.end(alice);
  expect([takeovers, again].map((each) => each.isPending(alice))).toEqual([false, false]);
});

test('a takeover is an empty file that only the user can read, beside the placement file, and does not name the credential', () => {
  const { path, folder } = newPlace();
  createTakeovers(path, 'secret-service').begin(alice);
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(name).toMatch(/^\.takeover-secret-service-[0-9a-f]{16}$/);
  const { size, mode } = statSync(join(folder, name));
  expect(size).toBe(0);
  if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
});

test('no takeover is remembered in a folder that does not exist', () => {
  const { path } = newPlace();
  const takeovers = createTakeovers(join(path, 'absent'), 'keychain');
  takeovers.begin(alice);
  expect(takeovers.isPending(alice)).toBe(false);
  takeovers.end(alice);
});
