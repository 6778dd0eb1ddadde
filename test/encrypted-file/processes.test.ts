import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { alice, bob, newPlace, openFile } from './place.ts';
import { childProcesses, waitForExit, waitForOutput } from './processes.ts';

const { start, run } = childProcesses();
const crowd = fastOrSlow(6, 40);
const accounts = Array.from({ length: crowd }, (_, index) => `account-${String(index).padStart(2, '0')}`);
const textOf = async (store: ReturnType<typeof openFile>, name = alice) =>
  Buffer.from((await store.get(name))?.expose() ?? []).toString();

test(`[EF24] ${crowd} processes that write to a file with a passphrase at the same time lose nothing`, async () => {
  const { path, folder } = newPlace();
  const results = await Promise.all(accounts.map((account) => run('set', path, account, { KEY_SOURCE: 'passphrase' })));
  expect(results).toEqual(accounts.map(() => ({ value: null })));
  const store = openFile(path, 'passphrase');
  expect((await store.list()).map(({ account }) => account)).toEqual(accounts);
  expect(await textOf(store, { service: 'example.com', account: 'account-04' })).toBe('secret of account-04');
  expect(readdirSync(folder)).toEqual(['credentials.json']);
});

describe('a writer that is killed', () => {
  test('[EF25] leaves the old file or the new one, and the next writer cleans up after it', async () => {
    const { path, folder } = newPlace();
    const store = openFile(path, 'home');
    for (let round = 0; round < fastOrSlow(1, 4); round++) {
      const child = start('set forever', path);
      await waitForOutput(child, 1 + round);
      await sleep(round * 3.1);
      child.kill('SIGKILL');
      await waitForExit(child);
      expect(await textOf(store)).toMatch(/^(\d+ )\1{1999}$/);
    }
    await store.set(bob, textSecret('next'));
    expect(await textOf(store)).toMatch(/^(\d+ )\1{1999}$/);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });
});

describe('a read', () => {
  test('of a file with the key source home loads no package at all', async () => {
    const { path } = newPlace();
    await openFile(path, 'home').set(alice, textSecret('x'));
    expect(await run('packages loaded by get', path, 'alice')).toEqual({ value: [] });
  });
});
