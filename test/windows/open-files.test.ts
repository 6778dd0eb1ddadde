import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, newPlace, openFile } from '../encrypted-file/place.ts';

/** UV_FS_O_EXLOCK of libuv, which Node does not export: nobody else may open the file. */
const exclusiveFlag = 0x10000000;

const old = textSecret('old');
const wanted = textSecret('new');

/** Opens a file that holds the secret `old`, as another program would. */
async function openElsewhere(flags: number) {
  const { path, folder } = newPlace();
  const notices: string[] = [];
  const store = openFile(path, 'home', { notice: (line) => notices.push(line) });
  await store.set(alice, old);
  const descriptor = openSync(path, flags);
  return { path, folder, store, notices, closeFile: () => closeSync(descriptor) };
}

const openModes = [
  ['for reading', constants.O_RDONLY],
  ['for writing', constants.O_RDWR],
  ['exclusively', constants.O_RDWR | exclusiveFlag],
] as const;

describe.each(openModes)('a file that another program has open %s', (_, flags) => {
  test('[WIN5] is replaced, if necessary as soon as the other program closes it', async () => {
    const { store, folder, closeFile } = await openElsewhere(flags);
    const gone = sleep(300).then(closeFile);
    await store.set(alice, wanted);
    expect((await store.get(alice))?.equals(wanted)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
    await gone;
  });

  test('is read, if necessary as soon as the other program closes it', async () => {
    const { store, closeFile } = await openElsewhere(flags);
    const gone = sleep(300).then(closeFile);
    expect((await store.get(alice))?.equals(old)).toBe(true);
    await gone;
  });
});

describe('a file that another program keeps open exclusively', () => {
  test('[WIN6] can be neither read nor written, with an error that names it, and stays unchanged', async () => {
    const { store, path, folder, closeFile } = await openElsewhere(constants.O_RDWR | exclusiveFlag);
    for (const error of [
      await failure(store.get(alice), 'file-io'),
      await failure(store.set(alice, wanted), 'file-io'),
      await failure(store.delete(alice), 'file-io'),
    ]) {
      expect(error.message).toContain(`the encrypted file ${path} cannot be read: `);
    }
    closeFile();
    expect((await store.get(alice))?.equals(old)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });
});

test('a file that a reader keeps open is replaced if this Windows supports it; otherwise the write fails and the file stays', async () => {
  const { store, folder, closeFile } = await openElsewhere(constants.O_RDONLY);
  const error = await store.set(alice, wanted).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  closeFile();
  if (error !== undefined)
    expect(error).toMatchObject({ code: 'file-io', message: expect.stringContaining('cannot be written: ') });
  expect((await store.get(alice))?.equals(error === undefined ? wanted : old)).toBe(true);
  expect(readdirSync(folder)).toEqual(['credentials.json']);
});

test('[WIN7] readers always see one of the secrets while a writer replaces it, and no operation fails', async () => {
  const { path } = newPlace();
  const writer = openFile(path, 'home');
  await writer.set(alice, old);
  let writing = true;
  const read = async () => {
    const reader = openFile(path, 'home');
    while (writing) {
      const seen = await reader.get(alice);
      expect([old, wanted].some((secret) => seen?.equals(secret))).toBe(true);
    }
  };
  const readers = [read(), read(), read()];
  for (const secret of Array.from({ length: 10 }, () => [wanted, old]).flat()) await writer.set(alice, secret);
  writing = false;
  await Promise.all(readers);
});

test('no notice mentions permissions, because there are no POSIX modes, and the file has no plain-text secret', async () => {
  const { store, path, notices, closeFile } = await openElsewhere(constants.O_RDONLY);
  closeFile();
  await store.get(alice);
  await store.set(alice, textSecret('s3cret in plain text'));
  expect(notices).toEqual([]);
  expect(readFileSync(path, 'latin1')).not.toContain('s3cret');
});
