import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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
export function findUnmappedUid(): number | undefined {
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
