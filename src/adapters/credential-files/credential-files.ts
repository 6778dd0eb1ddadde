import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { toYamlReader } from '../../domain/formats/yaml.ts';
import type { CredentialFiles, FileProblem, FileSnapshot, Readers } from '../../ports/tool-files.ts';
import { errnoCode } from '../files/file-errors.ts';
import { findCurrentUser, walkPath } from '../files/trust-facts.ts';

export const credentialFiles: CredentialFiles = {
  async read(path, maxBytes) {
    try {
      return readFile(path, maxBytes);
    } catch (error) {
      return toProblem(path, error);
    }
  },
  async loadYamlReader() {
    return toYamlReader((await import('../yaml/parse-yaml.ts')).parseYaml);
  },
};

const posix = process.platform !== 'win32';

function readFile(path: string, maxBytes: number): FileSnapshot | FileProblem | undefined {
  const own = lstatSync(path, { throwIfNoEntry: false });
  if (own === undefined) return undefined;
  // Opening a device may have an effect, and opening a FIFO may wait: so it's examined first.
  const problem = findProblem(statSync(path));
  if (problem !== undefined) return { path, problem };
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0));
  try {
    const stats = fstatSync(descriptor);
    const late = findProblem(stats);
    if (late !== undefined) return { path, problem: late };
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let count = 1; count > 0; length += count) {
      count = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > maxBytes) return { path, problem: 'too-large' };
    const link = own.isSymbolicLink() ? 'symbolic-link' : stats.nlink > 1 ? 'hard-links' : undefined;
    return {
      path,
      bytes: Uint8Array.from(bytes.subarray(0, length)),
      identity: `${stats.dev}:${stats.ino}`,
      modifiedAtMs: stats.mtimeMs,
      readableBy: findReaders(path, stats),
      ...(link && { link }),
    };
  } finally {
    closeSync(descriptor);
  }
}

function findProblem(stats: Stats): FileProblem['problem'] | undefined {
  if (!stats.isFile()) return 'not-a-file';
  return posix && stats.uid !== process.geteuid?.() ? 'other-owner' : undefined;
}

function toProblem(path: string, error: unknown): FileProblem | undefined {
  switch (errnoCode(error)) {
    case 'ENOENT':
      return { path, problem: 'dangling-link' };
    // A part of the path is a file.
    case 'ENOTDIR':
      return undefined;
    case 'ELOOP':
      return { path, problem: 'link-loop' };
    case 'EACCES':
    case 'EPERM':
      return { path, problem: 'denied' };
    default:
      return { path, problem: 'failed' };
  }
}

function findReaders(path: string, { mode, gid }: Stats): Readers {
  if (!posix) return 'unknown';
  const folders = walkPath(dirname(path)).filter(({ stats }) => stats.isDirectory());
  const everyone = (mode & 0o004) !== 0 && folders.every(({ stats }) => (stats.mode & 0o001) !== 0);
  if (everyone) return 'everyone';
  const group = (mode & 0o040) !== 0 && folders.every(({ stats }) => (stats.mode & 0o011) !== 0);
  return group && !findCurrentUser().isOnlyMember(gid) ? 'group' : 'nobody';
}
