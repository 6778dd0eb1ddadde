import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { type CurrentUser, isOnlyMember, mapsAllUsers, parseAccounts, parseGroups } from '../../domain/file-trust.ts';

/** Describes the user of this process. Looks up the others when they matter. Not for Windows. */
export function findCurrentUser(): CurrentUser & { findName(uid: number): string | undefined } {
  const uid = process.geteuid?.() ?? 0;
  const readAccounts = once(() => parseAccounts(readIfPossible('/etc/passwd')));
  const readGroups = once(() => parseGroups(readIfPossible('/etc/group')));
  const findName = (id: number) => readAccounts().find((account) => account.uid === id)?.name ?? askForName(id);
  return {
    uid,
    isOnlyMember: (gid) => isOnlyMember(uid, gid, readAccounts(), readGroups()),
    findName,
    hasAccount: (id) => findName(id) !== undefined,
    get unmappedUid() {
      return findUnmappedUid();
    },
  };
}

/** The user ID of files whose owner isn't in this user namespace; `undefined` outside of one, and on other systems than Linux. */
function findUnmappedUid(): number | undefined {
  const map = readIfPossible('/proc/self/uid_map');
  return map === '' || mapsAllUsers(map) ? undefined : Number(readIfPossible('/proc/sys/kernel/overflowuid') || 65534);
}

const idTimeoutMs = 2000;

/** Asks id(1), which also knows the users of a directory service and of macOS. */
function askForName(uid: number): string | undefined {
  try {
    const name = execFileSync('/usr/bin/id', ['-un', `${uid}`], {
      encoding: 'utf8',
      env: {},
      timeout: idTimeoutMs,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return name === '' || name === `${uid}` ? undefined : name;
  } catch {
    return undefined;
  }
}

function readIfPossible(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function once<T>(read: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: read() };
    return result.value;
  };
}

/** A folder or a link that the system passes on the way to a path. */
export interface PathPart {
  /** Without links. */
  readonly path: string;
  readonly stats: Stats;
  /** Whether this is the end of the path. */
  readonly isLast: boolean;
}

/** Linux follows this many links: path_resolution(7). */
const maxLinks = 40;

/**
 * Returns the folders and links on the way to `path`, from the root, in the order in which the system passes them. Ends at
 * the first one that doesn't exist, isn't a folder or can't be inspected: no operation gets further than that.
 */
export function walkPath(path: string): readonly PathPart[] {
  const parts: PathPart[] = [];
  const pending = splitPath(path.startsWith('/') ? path : `${process.cwd()}/${path}`);
  let links = 0;
  let current = '/';
  const visit = (path: string): Stats | undefined => {
    const stats = lstatIfPossible(path);
    if (stats !== undefined) parts.push({ path, stats, isLast: pending.length === 0 && !stats.isSymbolicLink() });
    return stats;
  };
  visit(current);
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const next = join(current, name);
    const stats = visit(next);
    if (stats?.isSymbolicLink() && links < maxLinks) {
      links += 1;
      const target = readlinkSync(next);
      if (target.startsWith('/')) current = '/';
      pending.unshift(...splitPath(target));
    } else if (stats?.isDirectory()) current = next;
    else break;
  }
  return parts;
}

function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

/** `undefined` if nothing is there, or it can't be inspected. */
export function lstatIfPossible(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
