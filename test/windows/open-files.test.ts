import { closeSync, constants, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, newPlace, openFile } from '../encrypted-file/place.ts';

/** Windows' own of libuv, which Node does not name: nobody else may open the file meanwhile. */
const exclusively = 0x10000000;

const old = textSecret('old');
const wanted = textSecret('new');

/** A file with the secret `old`, open in some other way. */
async function opened(flags: number) {
  const { path, folder } = newPlace();
  const notices: string[] = [];
  const store = openFile(path, 'home', { notice: (line) => notices.push(line) });
  await store.set(alice, old);
  const descriptor = openSync(path, flags);
  return { path, folder, store, notices, letGo: () => closeSync(descriptor) };
}

const ways = [
  ['for reading', constants.O_RDONLY],
  ['for writing', constants.O_RDWR],
  ['for itself alone', constants.O_RDWR | exclusively],
] as const;

describe.each(ways)('a file that somebody has open %s', (_, flags) => {
  test('[WIN5] is replaced, once they let go where Windows wants that', async () => {
    const { store, folder, letGo } = await opened(flags);
    const gone = sleep(300).then(letGo);
    await store.set(alice, wanted);
    expect((await store.get(alice))?.equals(wanted)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
    await gone;
  });

  test('is read, once they let go where Windows wants that', async () => {
    const { store, letGo } = await opened(flags);
    const gone = sleep(300).then(letGo);
    expect((await store.get(alice))?.equals(old)).toBe(true);
    await gone;
  });
});

describe('a file that somebody keeps for itself alone', () => {
  test('[WIN6] is an error that names it, for whoever reads and whoever writes, and stays as it is', async () => {
    const { store, path, folder, letGo } = await opened(constants.O_RDWR | exclusively);
    for (const error of [
      await failure(store.get(alice), 'file-io'),
      await failure(store.set(alice, wanted), 'file-io'),
      await failure(store.delete(alice), 'file-io'),
    ]) {
      expect(error.message).toContain(`the encrypted file ${path} cannot be read: `);
    }
    letGo();
    expect((await store.get(alice))?.equals(old)).toBe(true);
    expect(readdirSync(folder)).toEqual(['credentials.json']);
  });
});

test('a file that a reader keeps open is replaced where this Windows can, else that is said, and it stays', async () => {
  const { store, folder, letGo } = await opened(constants.O_RDONLY);
  const error = await store.set(alice, wanted).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  letGo();
  if (error !== undefined)
    expect(error).toMatchObject({ code: 'file-io', message: expect.stringContaining('cannot be written: ') });
  expect((await store.get(alice))?.equals(error === undefined ? wanted : old)).toBe(true);
  expect(readdirSync(folder)).toEqual(['credentials.json']);
});

test('[WIN7] readers beside a writer always see one of the secrets, and nobody fails', async () => {
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

test('no permissions are spoken of where there are no POSIX modes, and the file holds no secret in the clear', async () => {
  const { store, path, notices, letGo } = await opened(constants.O_RDONLY);
  letGo();
  await store.get(alice);
  await store.set(alice, textSecret('s3cret in the clear'));
  expect(notices).toEqual([]);
  expect(readFileSync(path, 'latin1')).not.toContain('s3cret');
});
