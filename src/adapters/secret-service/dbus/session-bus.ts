import { lstatSync, type Stats } from 'node:fs';
import { judgeFolder, judgeLink } from '../../../domain/file-trust.ts';
import type { Evidence, UntrustedBus } from '../../../domain/selection/probe-result.ts';
import { errnoCode } from '../../files/file-errors.ts';
import { findCurrentUser, type PathPart, walkPath } from '../../files/trust-facts.ts';
import { SecretServiceError } from '../operation.ts';
import type { SessionEnvironment } from './address.ts';

/** Transports whose other end may be a machine or a program that isn't the user's. */
const foreignTransports = ['tcp', 'nonce-tcp', 'unixexec', 'vsock'];

/** A value that is set so that programs use no bus. */
const disabledAddress = /^(disabled:|(unix:path=)?\/dev\/null$)/;

interface AddressProblem {
  readonly error: unknown;
  /** For users, after "because". */
  readonly because: string;
}

/** Returns why the address in the environment can't be used. `failure`: the error of its last socket, if it has any. */
export function explainAddress(
  { DBUS_SESSION_BUS_ADDRESS: address }: SessionEnvironment,
  failure: unknown,
): AddressProblem {
  if (!address) {
    const error = failure ?? new SecretServiceError('no-session-bus', { text: 'no address of a session bus is set' });
    return { error, because: 'DBUS_SESSION_BUS_ADDRESS is not set' };
  }
  if (disabledAddress.test(address))
    return toProblem('no-session-bus', { busDisabled: true, text: 'DBUS_SESSION_BUS_ADDRESS disables it' });
  if (failure instanceof SecretServiceError) return { error: failure, because: failure.evidence.text ?? failure.code };
  if (failure !== undefined)
    return { error: failure, because: 'nothing listens at the address in DBUS_SESSION_BUS_ADDRESS' };
  const transport = findTransports(address)[0];
  if (transport === undefined) return toProblem('no-session-bus', { text: 'DBUS_SESSION_BUS_ADDRESS is invalid' });
  const text = `the transport of DBUS_SESSION_BUS_ADDRESS is ${transport}:`;
  return foreignTransports.includes(transport)
    ? toProblem('denied', { untrustedBus: 'transport', text: `${text}, and somebody else could be at its other end` })
    : toProblem('no-session-bus', { text: `${text}, which is not supported` });
}

function toProblem(code: 'no-session-bus' | 'denied', evidence: Evidence & { readonly text: string }): AddressProblem {
  return { error: new SecretServiceError(code, evidence), because: evidence.text };
}

function findTransports(address: string): string[] {
  return address.split(';').flatMap((entry) => /^([a-z][a-z-]*):/.exec(entry)?.[1] ?? []);
}

/**
 * Returns the sockets of the bus that systemd starts for each user: in cron, after `su -`, over SSH, and in a terminal that
 * outlived the desktop, the environment has no address, or an old one. None if the address says to use no bus, or another
 * machine's. A runtime directory elsewhere is deliberate, and replaces the usual one.
 */
export function listOwnBuses({
  DBUS_SESSION_BUS_ADDRESS: address = '',
  XDG_RUNTIME_DIR,
}: SessionEnvironment): string[] {
  if (disabledAddress.test(address) || findTransports(address).some((name) => foreignTransports.includes(name)))
    return [];
  const runtimeDir = XDG_RUNTIME_DIR?.startsWith('/') ? XDG_RUNTIME_DIR : undefined;
  const isUsual = runtimeDir === undefined || /^(\/var)?\/run\/user\/|^\/mnt\/wslg\//.test(runtimeDir);
  const folders = [runtimeDir, isUsual ? `/run/user/${process.geteuid?.()}` : undefined];
  return [...new Set(folders.flatMap((folder) => (folder === undefined ? [] : `${folder}/bus`)))];
}

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
