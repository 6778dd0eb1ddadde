import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { judgeLink } from '../../domain/file-trust.ts';
import { parseRecords, serialiseRecords } from '../../domain/setup/setup-record.ts';
import type { ConfigFile, ConfigFiles, SetupRecords } from '../../ports/tool-files.ts';
import {
  contendedError,
  damagedError,
  describeFile,
  errnoCode,
  ioError,
  type ManagedFile,
} from '../files/file-errors.ts';
import { createParentFolders, removeEmptyFolders } from '../files/folders.ts';
import { checkAuthor, checkPath } from '../files/permissions.ts';
import { readPrivateFile } from '../files/read-private-file.ts';
import { fileVersion, removeOrphanedTemps, replaceFile, syncFolder } from '../files/replace-file.ts';
import { findCurrentUser, lstatIfPossible } from '../files/trust-facts.ts';

const maxBytes = 16 * 1024 * 1024;

/** As Linux: path_resolution(7). */
const maxLinks = 40;

const posix = process.platform !== 'win32';

export function createConfigFiles(): ConfigFiles {
  return {
    async read(path, label) {
      const file = resolveLinks({ path: resolve(path), label });
      const version = fileVersion(file);
      if (version === undefined) return { ...file, text: undefined, version, mode: undefined, gid: undefined };
      return { ...file, version, ...readConfig(file) };
    },

    async write(file, text, { mode = 0o600, isPermitted }) {
      const folders = createParentFolders(file);
      removeOrphanedTemps(file.path);
      const access = { mode: file.mode ?? mode, gid: file.gid };
      const bytes = Buffer.from(text);
      if (await replaceFile({ file, bytes, expected: file.version, access, isPermitted })) return folders;
      removeEmptyFolders(folders);
      throw contendedError(file);
    },

    async remove(file, folders) {
      try {
        if (fileVersion(file) !== file.version) throw contendedError(file);
        rmSync(file.path);
        removeEmptyFolders(folders);
        await syncFolder(dirname(file.path)).catch(() => undefined);
      } catch (error) {
        throw error instanceof CredentialError ? error : ioError(file, 'written', error);
      }
    },
  };
}

/** Follows the links at the end of a path, and checks every folder and link on the way. */
function resolveLinks(file: ManagedFile): ManagedFile {
  let { path } = file;
  for (let links = 0; links <= maxLinks; links++) {
    const current = { ...file, path };
    checkPath(current);
    const stats = lstatIfPossible(path);
    if (stats === undefined && links > 0) throw refusedError(file, `is a link to ${path}, which does not exist`);
    if (!stats?.isSymbolicLink()) return current;
    if (posix && judgeLink(stats, findCurrentUser()) !== 'trusted') {
      throw refusedError(file, `is a link of another user (uid ${stats.uid}): ${path}`);
    }
    path = resolve(dirname(path), readlinkSync(path));
  }
  throw refusedError(file, 'is a link to itself');
}

const readFlags =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

function readConfig(file: ManagedFile): Pick<ConfigFile, 'text' | 'mode' | 'gid'> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file.path, readFlags);
    const stats = fstatSync(descriptor);
    checkStats(file, stats);
    const text = decodeText(file, readFileSync(descriptor));
    return { text, mode: stats.mode & 0o7777, gid: posix ? stats.gid : undefined };
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    // A socket can't be opened.
    if (errnoCode(error) === 'ENXIO') throw refusedError(file, 'is not a regular file');
    throw ioError(file, 'read', error);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function checkStats(file: ManagedFile, stats: Stats): void {
  if (stats.isDirectory()) throw refusedError(file, 'is a folder');
  if (!stats.isFile()) throw refusedError(file, 'is not a regular file');
  if (stats.size > maxBytes) throw refusedError(file, `is larger than ${maxBytes} bytes`);
  if (!posix) return;
  if (stats.uid !== process.geteuid?.()) throw refusedError(file, `belongs to another user (uid ${stats.uid})`);
  if ((stats.mode & 0o200) === 0) throw refusedError(file, 'is read-only');
  if (stats.nlink > 1) throw refusedError(file, `has ${stats.nlink} hard links`);
  checkAuthor(file, stats);
}

function decodeText(file: ManagedFile, bytes: Uint8Array): string {
  let text: string | undefined;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {}
  if (text === undefined || text.includes('\0')) {
    throw new CredentialError('file-damaged', `${describeFile(file)} is left as it is: it is not UTF-8`, {
      hint: 'convert it to UTF-8, or edit it by hand',
    });
  }
  return text;
}

function refusedError(file: ManagedFile, problem: string): CredentialError {
  return new CredentialError('file-refused', `${describeFile(file)} ${problem}, so it is left as it is`, {
    hint: 'keystow setup only edits a regular file of your own; edit this one by hand, or move it aside',
  });
}

/** `path`: absolute. */
export function createSetupRecords(path: string): SetupRecords {
  const file: ManagedFile = { path, label: 'record of keystow setup' };
  return {
    async read() {
      const text = await readPrivateFile(file, { maxBytes });
      if (text === undefined) return [];
      const records = parseRecords(text);
      if (records === undefined) throw damagedError(file, 'it is not what keystow setup writes');
      return records;
    },

    async write(records, isPermitted) {
      removeOrphanedTemps(path);
      const expected = fileVersion(file);
      const bytes = Buffer.from(serialiseRecords(records));
      if (!(await replaceFile({ file, bytes, expected, isPermitted }))) throw contendedError(file);
    },
  };
}
