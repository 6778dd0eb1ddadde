import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import './processes.test.ts';
import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { needsPosix } from '../support/needs.ts';
import { alice, bob, newPlace, openFile } from './place.ts';
import { childProcesses, waitForExit, waitForOutput } from './processes.ts';

const { start, run } = childProcesses();
const accounts = Array.from({ length: 12 }, (_, index) => `account-${String(index).padStart(2, '0')}`);
const textOf = async (store: ReturnType<typeof openFile>, name = alice) =>
  Buffer.from((await store.get(name))?.expose() ?? []).toString();

describe('a writer that is killed', () => {
  test('[EF26] while it holds the lock blocks nobody', async () => {
    const { path, folder } = newPlace();
    const child = start('hold the lock', path, '60000');
    await waitForOutput(child);
    child.kill('SIGKILL');
    await waitForExit(child);
    expect(existsSync(`${path}.lock`)).toBe(true);
    expect(await Promise.all(accounts.map((account) => run('set', path, account)))).toEqual(
      accounts.map(() => ({ value: null })),
    );
    expect((await openFile(path, 'home').list()).map(({ account }) => account)).toEqual(accounts);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });
});

describe('a writer that is suspended', needsPosix, () => {
  test('while it holds the lock keeps it, and the error of others names it', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(alice, textSecret('old'));
    const child = start('hold the lock', path, '1000');
    await waitForOutput(child);
    child.kill('SIGSTOP');
    const error = await failure(store.set(bob, textSecret('while it is suspended')), 'file-busy');
    expect(error.message).toContain(`process ${child.pid} (`);
    child.kill('SIGCONT');
    await store.set(bob, textSecret('after that'));
    await waitForExit(child);
    expect(await textOf(store, bob)).toBe('after that');
  });

  test('at any time reverts nothing when it resumes', async () => {
    const { path } = newPlace();
    for (let round = 0; round < 4; round++) {
      const child = start('set forever', path);
      await waitForOutput(child, 3 + round);
      await sleep(round * 2.3);
      child.kill('SIGSTOP');
      const store = openFile(path, 'home');
      const stored = await store.set(bob, textSecret(`round ${round}`)).then(
        () => true,
        () => false,
      );
      child.kill('SIGCONT');
      await waitForOutput(child, 3);
      child.kill('SIGKILL');
      await waitForExit(child);
      if (stored) expect(await textOf(store, bob)).toBe(`round ${round}`);
      else await store.set(bob, textSecret(`round ${round}`));
    }
  });
});

describe('a lock that another process holds', () => {
  test('is waited for until the limit, and does not delay reads', async () => {
    const { path } = newPlace();
    const store = openFile(path, 'home');
    await store.set(alice, textSecret('old'));
    const child = start('hold the lock', path, '60000');
    await waitForOutput(child);
    await failure(store.set(alice, textSecret('new')), 'file-busy');
    expect(await textOf(store)).toBe('old');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    await failure(store.delete(alice, { signal: controller.signal }), 'cancelled');
    child.kill('SIGKILL');
    await waitForExit(child);
  });
});
