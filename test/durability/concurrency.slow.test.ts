import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import { textSecret } from '../contract/secrets.ts';
import { newPlace, openFile } from '../encrypted-file/place.ts';
import { childProcesses, readResult, waitForOutput } from '../encrypted-file/processes.ts';

const { start } = childProcesses();
const accounts = Array.from({ length: 100 }, (_, index) => `account-${String(index).padStart(3, '0')}`);
const toName = (account: string) => ({ service: 'example.com', account });

test('[DUR1] 100 processes that write at the same time: 100 credentials in the encrypted file, and 100 in the placement file', async () => {
  const { path, folder } = newPlace();
  const crowd = accounts.map((account) => start('set and record when stdin ends', path, account));
  const outcomes = crowd.map(readResult);
  await Promise.all(crowd.map((child) => waitForOutput(child)));
  for (const child of crowd) child.stdin?.end();
  expect(await Promise.all(outcomes)).toEqual(accounts.map(() => ({ value: null })));
  expect(readdirSync(folder)).toEqual(['credentials.json', 'placement.json']);

  const file = openFile(path, 'home');
  expect(await file.list()).toEqual(accounts.map(toName));
  for (const account of accounts) {
    expect((await file.get(toName(account)))?.equals(textSecret(`secret of ${account}`))).toBe(true);
  }
  const { placement, state } = await createPlacementFile({ path: join(folder, 'placement.json') }).read();
  expect(state).toBe('intact');
  expect(placement.map(({ account, store }) => [account, store])).toEqual(accounts.map((account) => [account, 'file']));
});
