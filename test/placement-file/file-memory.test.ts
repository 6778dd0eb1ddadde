import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import type { FileRecord } from '../../src/domain/envelope/file-record.ts';
import { recordWrite } from '../../src/domain/placement/placement-index.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { alice, newPlace } from '../encrypted-file/place.ts';

const at = '2026-11-03T09:00:00.000Z';
const [id, otherId] = ['AAAAAAAAAAAAAAAAAAAAAA==', 'AQAAAAAAAAAAAAAAAAAAAA=='];
const first: FileRecord = { keySource: 'home', written: { id, counter: 1 } };
const second: FileRecord = { keySource: 'home', written: { id, counter: 2 } };
const other: FileRecord = { keySource: 'passphrase', written: { id: otherId, counter: 1 } };

function newMemory() {
  const { folder } = newPlace();
  const path = join(folder, 'config', 'placement.json');
  return { path, memory: createPlacementFile({ path }), readAgain: () => createPlacementFile({ path }).recallFile() };
}

describe('a write of the encrypted file', () => {
  test('is remembered immediately, and recorded by the next update', async () => {
    const { path, memory, readAgain } = newMemory();
    memory.rememberFile({ record: first, replaces: undefined });
    expect(await memory.recallFile()).toEqual(first);
    expect(existsSync(path)).toBe(false);
    await memory.update((now) => recordWrite(now, alice, 'file', at));
    expect(await readAgain()).toEqual(first);
  });

  test('is recorded without an update, too', async () => {
    const { memory, readAgain } = newMemory();
    memory.rememberFile({ record: first, replaces: undefined });
    await memory.flushFile();
    expect(await readAgain()).toEqual(first);
    memory.rememberFile({ record: second, replaces: id });
    await memory.update((now) => now);
    expect(await readAgain()).toEqual(second);
  });

  test('is recorded even if it happens during an update', async () => {
    const { memory, readAgain } = newMemory();
    memory.rememberFile({ record: first, replaces: undefined });
    await memory.update((now) => {
      memory.rememberFile({ record: second, replaces: id });
      return now;
    });
    await memory.flushFile();
    expect(await readAgain()).toEqual(second);
  });

  test('is recorded once, so that it never replaces what another process records later', async () => {
    const { path, memory, readAgain } = newMemory();
    memory.rememberFile({ record: first, replaces: 'any' });
    await memory.flushFile();
    const another = createPlacementFile({ path });
    another.rememberFile({ record: other, replaces: id });
    await another.flushFile();
    await memory.flushFile();
    await memory.update((now) => recordWrite(now, alice, 'file', at));
    expect(await readAgain()).toEqual(other);
  });

  test('does not replace the record of a later write by another process', async () => {
    const { path, memory, readAgain } = newMemory();
    const another = createPlacementFile({ path });
    another.rememberFile({ record: second, replaces: undefined });
    await another.flushFile();
    memory.rememberFile({ record: first, replaces: id });
    expect(await memory.recallFile()).toEqual(second);
    await memory.flushFile();
    expect(await readAgain()).toEqual(second);
  });

  test('is not recorded if the placement file cannot be replaced', async () => {
    const { path, memory } = newMemory();
    mkdirSync(dirname(path));
    writeFileSync(path, '{"format":"other"}');
    memory.rememberFile({ record: first, replaces: undefined });
    await memory.flushFile();
    expect(readFileSync(path, 'utf8')).toBe('{"format":"other"}');
    expect(await memory.recallFile()).toEqual(first);
  });
});

test('nothing is written if there is nothing to record', async () => {
  const { path, memory } = newMemory();
  await memory.flushFile();
  expect(existsSync(dirname(path))).toBe(false);
  memory.rememberFile({ record: first, replaces: undefined });
  await memory.flushFile();
  const before = statSync(path, { bigint: true });
  await memory.flushFile();
  memory.rememberFile({ record: first, replaces: id });
  await memory.flushFile();
  expect(statSync(path, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
});

describe('the record', () => {
  test('is read once, and again on request or with the index', async () => {
    const { path, memory } = newMemory();
    expect(await memory.recallFile()).toBeUndefined();
    const another = createPlacementFile({ path });
    another.rememberFile({ record: first, replaces: undefined });
    await another.flushFile();
    expect(await memory.recallFile()).toBeUndefined();
    expect(await memory.recallFile(true)).toEqual(first);
    another.rememberFile({ record: second, replaces: id });
    await another.flushFile();
    expect(await memory.recallFile()).toEqual(first);
    expect(await memory.read()).toMatchObject({ file: second });
    expect(await memory.recallFile()).toEqual(second);
  });

  test('comes with the entry of one credential', async () => {
    const { path, memory } = newMemory();
    await memory.update((now) => recordWrite(now, alice, 'file', at));
    expect(await memory.read(alice)).toMatchObject({ state: 'intact', placement: [alice] });
    expect(await memory.read(alice)).not.toHaveProperty('file');
    memory.rememberFile({ record: first, replaces: undefined });
    await memory.flushFile();
    expect(await createPlacementFile({ path }).read(alice)).toMatchObject({ file: first, placement: [alice] });
    expect(await createPlacementFile({ path }).read({ service: 'none', account: 'none' })).toEqual({
      file: first,
      placement: [],
      state: 'intact',
    });
  });

  test('is found in JSON with indentation, as other programs write it', async () => {
    const { path, memory, readAgain } = newMemory();
    memory.rememberFile({ record: first, replaces: undefined });
    await memory.update((now) => recordWrite(now, alice, 'file', at));
    writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), undefined, 2));
    expect(await readAgain()).toEqual(first);
    expect(await memory.read()).toMatchObject({ placement: [alice], file: first });
  });

  test('of a damaged file is none', async () => {
    const { path, readAgain } = newMemory();
    mkdirSync(dirname(path));
    writeFileSync(path, '{');
    expect(await readAgain()).toBeUndefined();
  });
});

test('a placement file of more than 64 MiB is not read', async () => {
  const { path, memory } = newMemory();
  mkdirSync(dirname(path));
  writeFileSync(path, '');
  truncateSync(path, 64 * 1024 * 1024 + 1);
  const snapshot = await memory.read();
  expect(snapshot).toMatchObject({ placement: [], state: 'damaged', why: expect.stringContaining('larger') });
  expect(snapshot).not.toHaveProperty('hint');
});

test.each<[boolean, string, StoreId | undefined, FileRecord | undefined]>([
  [false, 'nothing is recorded', undefined, undefined],
  [false, 'a credential is recorded in a keyring', 'keychain', undefined],
  [true, 'a credential is recorded in the file', 'file', undefined],
  [true, 'a credential is recorded in the file, and its last write', 'file', first],
  [false, 'only its last write is recorded', undefined, first],
  [false, 'the user accepted that it is missing', 'file', { keySource: 'home' }],
])('whether an encrypted file is expected: %s if %s', async (expected, _, store, record) => {
  const { memory } = newMemory();
  if (store) await memory.update((now) => recordWrite(now, alice, store, at));
  if (record) memory.rememberFile({ record, replaces: undefined });
  await memory.flushFile();
  expect(await memory.expectsFile()).toBe(expected);
});
