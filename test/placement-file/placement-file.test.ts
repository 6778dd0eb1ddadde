import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import { findEntry, recordWrite, removeEntry } from '../../src/domain/placement/placement-index.ts';
import { failure } from '../contract/errors.ts';
import { alice, bob, newPlace } from '../encrypted-file/place.ts';
import { needsPosix } from '../support/needs.ts';

const carol = { service: 'example.com', account: 'carol' };
const at = '2026-11-03T09:00:00.000Z';
const posix = process.platform !== 'win32';

function newRepository() {
  const { folder } = newPlace();
  const path = join(folder, 'config', 'placement.json');
  return { path, folder: join(folder, 'config'), repository: createPlacementFile({ path }) };
}

describe('the placement file', () => {
  test('is absent before the first update, and a read does not create it', async () => {
    const { repository, folder } = newRepository();
    expect(await repository.read()).toEqual({ placement: [], state: 'absent' });
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  test('contains what another process recorded', async () => {
    const { repository, path } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'keychain', at));
    await repository.update((now) => recordWrite(now, bob, 'file', at));
    const { placement, state } = await createPlacementFile({ path }).read();
    expect(state).toBe('intact');
    expect(placement.map(({ account, store }) => [account, store])).toEqual([
      ['alice', 'keychain'],
      ['bob', 'file'],
    ]);
  });

  test('has mode 0600, in a folder of mode 0700, and is the only file there', async () => {
    const { repository, path, folder } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'file', at));
    expect(readdirSync(folder)).toEqual(['placement.json']);
    if (posix) expect([statSync(path).mode & 0o777, statSync(folder).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  test('loses nothing in concurrent updates', async () => {
    const { path } = newRepository();
    const names = Array.from({ length: 20 }, (_, index) => ({ service: 's', account: `${index}` }));
    await Promise.all(
      names.map((name) => createPlacementFile({ path }).update((now) => recordWrite(now, name, 'file', at))),
    );
    const { placement } = await createPlacementFile({ path }).read();
    expect(names.every((name) => findEntry(placement, name))).toBe(true);
  });

  test('a read or an update of one credential leaves the others alone', async () => {
    const { repository } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'keychain', at));
    await repository.update((now) => recordWrite(now, bob, 'file', at), bob);
    const passed: unknown[] = [];
    await repository.update((now) => {
      passed.push(...now);
      return now;
    }, alice);
    expect(passed).toMatchObject([{ ...alice, store: 'keychain' }]);
    expect((await repository.read(alice)).placement).toMatchObject([{ ...alice, store: 'keychain' }]);
    expect((await repository.read()).placement).toMatchObject([alice, bob]);
    await repository.update((now) => removeEntry(now, alice), alice);
    expect((await repository.read(alice)).placement).toEqual([]);
    expect((await repository.read()).placement).toMatchObject([bob]);
  });

  test('an update of one credential keeps what is remembered about the encrypted file', async () => {
    const { repository, path } = newRepository();
    const record = { keySource: 'passphrase' as const, written: { id: 'AAAAAAAAAAAAAAAAAAAAAA==', counter: 3 } };
    repository.rememberFile({ record, replaces: undefined });
    await repository.update((now) => recordWrite(now, alice, 'file', at), alice);
    await createPlacementFile({ path }).update((now) => recordWrite(now, bob, 'file', at), bob);
    expect(await createPlacementFile({ path }).recallFile()).toEqual(record);
  });

  test('is not written by an update that changes nothing', async () => {
    const { repository, path } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'file', at));
    const before = statSync(path, { bigint: true });
    await repository.update((now) => now);
    expect(statSync(path, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
  });

  test('is tried ten times if it changes in spite of the lock', async () => {
    const { repository, path } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'file', at));
    const text = readFileSync(path, 'utf8');
    let attempts = 0;
    const update = repository.update((now) => {
      attempts += 1;
      if (attempts > 20) throw new Error('too many attempts');
      writeFileSync(path, text + ' '.repeat(attempts));
      return recordWrite(now, bob, 'file', at);
    });
    await failure(update, 'file-busy');
    expect(attempts).toBe(10);
    expect(readFileSync(path, 'utf8')).toBe(text + ' '.repeat(10));
  });

  test('stays as it is, and is unlocked, after an update that throws', async () => {
    const { repository, path } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'file', at));
    const before = readFileSync(path, 'utf8');
    const cause = new Error('broken');
    const broken = repository.update(() => {
      throw cause;
    });
    await expect(broken).rejects.toBe(cause);
    expect(readFileSync(path, 'utf8')).toBe(before);
    await repository.update((now) => recordWrite(now, bob, 'file', at));
  });
});

describe('an unusable placement file', () => {
  test.each([
    ['a changed entry', (text: string) => text.replace('"keychain"', '"cloud"')],
    ['a lost line', (text: string) => text.replace(/\n\{"service":[^\n]*,(?=\n)/, '\nx,')],
    ['a lost end', (text: string) => text.slice(0, -3)],
  ])('%s is noticed when another credential is absent or written', async (_, damage) => {
    const { repository, path } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'keychain', at));
    await repository.update((now) => recordWrite(now, bob, 'file', at));
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    expect(await repository.read(carol)).toMatchObject({ placement: [], state: 'damaged' });
    await repository.update((now) => recordWrite(now, bob, 'file', at), bob);
    expect((await repository.read()).placement).toMatchObject([bob]);
  });

  test('a changed entry does not matter to the read of another credential that is found', async () => {
    const { repository, path } = newRepository();
    await repository.update((now) => recordWrite(now, alice, 'keychain', at));
    await repository.update((now) => recordWrite(now, bob, 'file', at));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"keychain"', '"cloud"'));
    expect((await repository.read(bob)).placement).toMatchObject([{ ...bob, store: 'file' }]);
    expect(await repository.read(alice)).toMatchObject({ placement: [], state: 'damaged' });
  });

  const put = (text: string) => {
    const { path, folder, repository } = newRepository();
    mkdirSync(folder);
    writeFileSync(path, text);
    return { path, repository };
  };

  test('that is damaged reads as empty, and is replaced by the next update', async () => {
    const { repository } = put('{"format":"keystow-plac');
    expect(await repository.read()).toEqual({ placement: [], state: 'damaged', why: 'is truncated or not JSON' });
    await repository.update((now) => recordWrite(now, alice, 'file', at));
    expect((await repository.read()).placement).toHaveLength(1);
  });

  test.each([
    [
      'a later version',
      '{"format":"keystow-placement","version":2}',
      'file-version',
      'has format version 2, which this version of keystow does not support',
    ],
    ['another program', '{"hosts":{}}', 'file-foreign', 'was written by another program'],
  ] as const)('of %s reads as empty, and an update rejects', async (_, text, code, why) => {
    const { repository, path } = put(text);
    expect(await repository.read()).toMatchObject({ placement: [], state: 'damaged', why });
    const error = await failure(
      repository.update((now) => recordWrite(now, alice, 'file', at)),
      code,
    );
    expect(error.message).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test.each([
    ['a later version', '{"format":"keystow-placement","version":2}', 'file-version'],
    ['another program', '{"hosts":{}}', 'file-foreign'],
  ] as const)('of %s is found by the check before an update', async (_, text, code) => {
    await failure(put(text).repository.checkWritable(), code);
  });

  test('that is damaged may be replaced, says the check before an update', async () => {
    await put('{"format":"keystow-plac').repository.checkWritable();
  });

  test('in a folder that cannot be created is found by the check before an update, which creates nothing', async () => {
    const { path, folder, repository } = newRepository();
    await repository.checkWritable();
    expect(() => readdirSync(folder)).toThrow('ENOENT');
    // Executable, as a folder that can be entered is.
    writeFileSync(folder, '', { mode: 0o700 });
    await failure(createPlacementFile({ path: join(path, 'deeper', 'placement.json') }).checkWritable(), 'file-io');
  });

  test('that lost its end still has what is remembered about the encrypted file', async () => {
    const { repository, path } = newRepository();
    const record = { keySource: 'passphrase' as const, written: { id: 'AAAAAAAAAAAAAAAAAAAAAA==', counter: 3 } };
    repository.rememberFile({ record, replaces: undefined });
    await repository.update((now) => recordWrite(now, alice, 'file', at));
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, -3));
    expect(await repository.read()).toMatchObject({ state: 'damaged', file: record });
    await repository.update((now) => recordWrite(now, bob, 'file', at));
    expect(await createPlacementFile({ path }).recallFile()).toEqual(record);
  });

  test('that is a folder reads as empty, and an update rejects', async () => {
    const { path, repository } = newRepository();
    mkdirSync(path, { recursive: true });
    expect(await repository.read()).toMatchObject({ state: 'damaged', why: expect.stringContaining('is a folder') });
    await failure(
      repository.update((now) => recordWrite(now, alice, 'file', at)),
      'file-refused',
    );
  });

  test('that is a link reads as empty, and its target stays as it is', needsPosix, async () => {
    const { path, repository } = put('{}');
    const link = `${path}.link`;
    symlinkSync(path, link);
    const linked = createPlacementFile({ path: link });
    expect(await linked.read()).toMatchObject({
      state: 'damaged',
      why: expect.stringMatching(/the placement file .* is a symbolic link/),
      hint: expect.any(String),
    });
    await failure(
      linked.update((now) => recordWrite(now, alice, 'file', at)),
      'file-refused',
    );
    expect(await repository.read()).toMatchObject({ state: 'damaged', why: 'was written by another program' });
  });

  test('gets its loose permissions restricted', needsPosix, async () => {
    const { path, repository } = put('');
    chmodSync(path, 0o644);
    await repository.read();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});
