import { lstatSync, type Stats } from 'node:fs';
import { judgeFolder, judgeLink } from '../../../domain/file-trust.ts';
import type { UntrustedBus } from '../../../domain/selection/probe-result.ts';
import { findCurrentUser } from '../../files/current-user.ts';
import { errnoCode } from '../../files/file-errors.ts';
import { type PathPart, walkPath } from '../../files/walk-path.ts';
import { SecretServiceError } from '../operation.ts';

type User = ReturnType<typeof findCurrentUser>;

/**
 * Returns why a client must not connect to the socket at `path`: it doesn't exist, or somebody else owns the socket, its
 * folder or a link on the way, or can write to the folder. They would receive every secret.
 */
export function findSocketProblem(path: string): Error | undefined {
  const user = findCurrentUser();
  const parts = walkPath(path);
  const socket = parts.at(-1);
  // Not left to the system: somebody could create the socket meanwhile.
  if (socket === undefined || !socket.isLast) return connectError(path);
  const link = parts.find(({ stats }) => stats.isSymbolicLink() && judgeLink(stats, user) !== 'trusted');
  if (link !== undefined) return untrustedError('the link to the socket', link, user);
  if (isOthers(socket.stats, user)) return untrustedError('the socket', socket, user);
  const folder = parts.findLast(({ stats }) => stats.isDirectory());
  return folder && findFolderProblem(folder, user);
}

function findFolderProblem(folder: PathPart, user: User): Error | undefined {
  const trust = judgeFolder(folder.stats, user);
  if (trust === 'foreign') return untrustedError('the folder of the socket', folder, user);
  if (trust !== 'writable') return undefined;
  return toDenied('writable', `other users can write to the folder of the socket ${folder.path}`);
}

function isOthers({ uid }: Stats, user: User): boolean {
  return uid !== user.uid && uid !== 0;
}

function untrustedError(what: string, { path, stats }: PathPart, user: User): SecretServiceError {
  if (stats.uid === user.unmappedUid) {
    const why = 'which stands for every user outside of this user namespace or container';
    return toDenied('unmapped', `${what} ${path} belongs to uid ${stats.uid}, ${why}`);
  }
  return toDenied('foreign', `${what} ${path} belongs to another user (uid ${stats.uid})`);
}

function toDenied(untrustedBus: UntrustedBus, text: string): SecretServiceError {
  return new SecretServiceError('denied', { untrustedBus, text });
}

/** The error that connecting would fail with. */
function connectError(path: string): Error {
  let code = 'ENOENT';
  try {
    lstatSync(path);
  } catch (error) {
    code = errnoCode(error) ?? code;
  }
  return Object.assign(new Error(`connect ${code} ${path}`), { code, syscall: 'connect' });
}
