import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import { findEntry, recordWrite } from '../../src/domain/placement/placement-index.ts';
import { failure } from '../contract/errors.ts';
import { alice, bob, newPlace } from '../encrypted-file/place.ts';
import { needsPosix } from '../support/needs.ts';

const at = '2026-11-03T09:00:00.000Z';
const posix = process.platform !== 'win32';

function newRecord() {
  const { folder } = newPlace();
  const path = join(folder, 'config', 'placement.json');
  return { path, folder: join(folder, 'config'), record: createPlacementFile({ path }) };
}

describe('the placement file', () => {
  test('never written → nothing is known, and nothing is created', async () => {
    const { record, folder } = newRecord();
    expect(await record.read()).toEqual({ placement: [], state: 'absent' });
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  test('what was recorded is what another process reads', async () => {
    const { record, path } = newRecord();
    await record.update((now) => recordWrite(now, alice, 'keychain', at));
    await record.update((now) => recordWrite(now, bob, 'file', at));
    const { placement } = await createPlacementFile({ path }).read();
    expect(placement.map(({ account, store }) => [account, store])).toEqual([
      ['alice', 'keychain'],
      ['bob', 'file'],
    ]);
  });

  test('it is mode 0600 in a folder 0700, and nothing is left beside it', async () => {
    const { record, path, folder } = newRecord();
    await record.update((now) => recordWrite(now, alice, 'file', at));
    expect(readdirSync(folder)).toEqual(['placement.json']);
    if (posix) expect([statSync(path).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test('several handles at once lose nothing', async () => {
    const { path } = newRecord();
    const names = Array.from({ length: 20 }, (_, index) => ({ service: 's', account: `${index}` }));
    await Promise.all(
      names.map((name) => createPlacementFile({ path }).update((now) => recordWrite(now, name, 'file', at))),
    );
    const { placement } = await createPlacementFile({ path }).read();
    expect(names.every((name) => findEntry(placement, name))).toBe(true);
  });

  test('a change that changes nothing writes nothing', async () => {
    const { record, path } = newRecord();
    await record.update((now) => recordWrite(now, alice, 'file', at));
    const before = statSync(path, { bigint: true });
    await record.update((now) => now);
    expect(statSync(path, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
  });

  test('a change that throws leaves the record and lets go of the lock', async () => {
    const { record, path } = newRecord();
    await record.update((now) => recordWrite(now, alice, 'file', at));
    const before = readFileSync(path, 'utf8');
    const broken = record.update(() => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
    expect(readFileSync(path, 'utf8')).toBe(before);
    await record.update((now) => recordWrite(now, bob, 'file', at));
  });
});

describe('a placement file that says nothing', () => {
  const put = (text: string) => {
    const { path, folder, record } = newRecord();
    mkdirSync(folder);
    writeFileSync(path, text);
    return { path, record };
  };

  test('damaged → nothing is known, and the next update takes its place', async () => {
    const { record } = put('{"format":"keystow-plac');
    expect(await record.read()).toEqual({ placement: [], state: 'damaged', why: 'is truncated or not JSON' });
    await record.update((now) => recordWrite(now, alice, 'file', at));
    expect((await record.read()).placement).toHaveLength(1);
  });

  test.each([
    ['a later version', '{"format":"keystow-placement","version":2}', 'file-version', 'has version 2'],
    ['another program', '{"hosts":{}}', 'file-foreign', 'was written by another program'],
  ] as const)('of %s → nothing is known, and an update is refused', async (_, text, code, words) => {
    const { record, path } = put(text);
    expect(await record.read()).toMatchObject({ placement: [], state: 'damaged', why: expect.stringContaining(words) });
    const error = await failure(
      record.update((now) => recordWrite(now, alice, 'file', at)),
      code,
    );
    expect(error.message).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('a folder in its place → nothing is known, and an update is refused', async () => {
    const { path, record } = newRecord();
    mkdirSync(path, { recursive: true });
    expect(await record.read()).toMatchObject({ state: 'damaged', why: expect.stringContaining('is a folder') });
    await failure(
      record.update((now) => recordWrite(now, alice, 'file', at)),
      'file-refused',
    );
  });

  test('a link in its place → nothing is known, and its target stays as it is', needsPosix, async () => {
    const { path, record } = put('{}');
    const link = `${path}.link`;
    symlinkSync(path, link);
    const linked = createPlacementFile({ path: link });
    expect(await linked.read()).toMatchObject({ state: 'damaged', why: expect.stringContaining('is a symbolic link') });
    await failure(
      linked.update((now) => recordWrite(now, alice, 'file', at)),
      'file-refused',
    );
    expect(await record.read()).toMatchObject({ state: 'damaged', why: 'was written by another program' });
  });

  test('loose permissions are tightened', needsPosix, async () => {
    const { path, record } = put('');
    chmodSync(path, 0o644);
    await record.read();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
