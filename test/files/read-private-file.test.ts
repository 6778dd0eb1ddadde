import {
  chmodSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import {
  type OpenFile,
  readPrivateFile,
  readText,
  usePrivateFile,
} from '../../src/adapters/files/read-private-file.ts';
import { failure } from '../contract/errors.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsPosix } from '../support/needs.ts';
import { failCall } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

/** Reads a file of at most eight bytes, and collects the notices. */
function reader(path: string) {
  const notices: string[] = [];
  const file = { path, label: 'list of names' };
  const read = () => readPrivateFile(file, { maxBytes: 8, notice: (line) => notices.push(line) });
  return { read, notices };
}

function newFile(text = 'text') {
  const { path, folder } = newPlace();
  writeFileSync(path, text, { mode: 0o600 });
  return { path, folder, ...reader(path) };
}

describe('reading a file', () => {
  test('returns its text, up to the limit; a larger file is damaged', async () => {
    const { path, read } = newFile('12345678');
    expect(await read()).toBe('12345678');
    writeFileSync(path, '123456789');
    await failure(read(), 'file-damaged');
  });

  test('returns undefined if the file does not exist', async () => {
    expect(await reader(newPlace().path).read()).toBeUndefined();
  });

  test('closes it, also when it is refused', async () => {
    const { path, read } = newFile();
    const next = () => {
      const descriptor = openSync(path, 'r');
      closeSync(descriptor);
      return descriptor;
    };
    const before = next();
    await read();
    chmodSync(path, 0o600);
    writeFileSync(path, '123456789');
    await failure(read(), 'file-damaged');
    expect(next()).toBe(before);
  });

  test('refuses anything but a regular file of the user', async () => {
    const { path } = newPlace();
    mkdirSync(path);
    await failure(reader(path).read(), 'file-refused');
  });

  test('fails if the system does not open the file, and refuses it if that is why', needsPosix, async () => {
    const { path, read } = newFile();
    failCall('openSync', 'EACCES');
    expect((await failure(read(), 'file-io')).message).toContain('cannot be read');
    failCall('lstatSync', 'EACCES');
    await failure(read(), 'file-io');
    const link = `${path}.link`;
    symlinkSync(path, link);
    failCall('lstatSync', () => undefined);
    await failure(reader(link).read(), 'file-refused');
  });

  test(
    'succeeds without a notice if nobody wants one, and creates nothing, whether or not loose permissions can be changed',
    needsPosix,
    async () => {
      const { path, folder } = newFile();
      const read = () => readPrivateFile({ path, label: 'list of names' }, { maxBytes: 8 });
      for (const code of ['EROFS', undefined]) {
        chmodSync(path, 0o640);
        failCall('fchmodSync', () => code);
        expect(await read()).toBe('text');
        expect(readdirSync(folder)).toEqual(['credentials.json']);
      }
      expect(statSync(path).mode & 0o777).toBe(0o600);
    },
  );

  test('succeeds, with a notice, if loose permissions cannot be changed', needsPosix, async () => {
    const { path, read, notices } = newFile();
    chmodSync(path, 0o640);
    failCall('fchmodSync', 'EROFS');
    expect(await read()).toBe('text');
    expect(notices).toHaveLength(1);
  });

  test('passes the open file, and closes it unless the caller keeps it', async () => {
    const { path } = newFile();
    const use = <T>(how: (opened: OpenFile) => T) => usePrivateFile({ path, label: 'list' }, { maxBytes: 8 }, how);
    const opened = await use((file) => ({ text: readText(file), ...file }));
    expect(opened).toMatchObject({ text: 'text', size: 4 });
    expect(() => fstatSync(opened?.descriptor ?? 0)).toThrow('EBADF');
    const kept = await use((file) => {
      file.keep();
      return file.descriptor;
    });
    expect(fstatSync(kept ?? 0).size).toBe(4);
    closeSync(kept ?? 0);
  });

  test('fails if the system does not read it', async () => {
    const { read } = newFile();
    failCall('readFileSync', 'EIO');
    const { message } = await failure(read(), 'file-io');
    expect(message).toContain('cannot be read');
  });
});
