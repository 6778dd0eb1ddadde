import { quoteForShell } from './text/quote.ts';

/** What stat(2) reports about a file, a folder or a link. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The user that keystow runs as, and what it has to know about the others. */
export interface CurrentUser {
  /** The effective user ID. */
  readonly uid: number;
  /** Whether this user is the only member of a group. */
  isOnlyMember(gid: number): boolean;
  /** Whether a user ID belongs to a user of this machine. In a container, the owner of a mounted folder may not. */
  hasAccount(uid: number): boolean;
  /** In a user namespace: the owner that everything has whose real owner isn't in the namespace, root included. */
  readonly unmappedUid?: number | undefined;
}

/**
 * Who else could have changed something:
 *
 * - `trusted`: only the user and root
 * - `readable`: the same, but others can read it, so it should be tightened
 * - `unknown-owner`: an owner who isn't a user of this machine
 * - `foreign`: another user, who owns it
 * - `writable`: other users, who can write to it
 */
export type Trust = 'trusted' | 'readable' | 'unknown-owner' | 'foreign' | 'writable';

/** Judges a file with secrets or names. Not even root's is accepted: keystow replaces it by the user's own. */
export function judgeFile(file: Ownership, user: CurrentUser): Trust {
  if (file.uid !== user.uid) return 'foreign';
  if (isWritableByOthers(file, user)) return 'writable';
  return isAccessibleByOthers(file) ? 'readable' : 'trusted';
}

/** Judges the folder that such a file is in. In a shared (sticky) folder, nobody can replace another user's file. */
export function judgeFolder(folder: Ownership, user: CurrentUser): Trust {
  if (!isOwnOrRoots(folder, user)) return 'foreign';
  if (isSticky(folder)) return 'trusted';
  if (isWritableByOthers(folder, user)) return 'writable';
  return isAccessibleByOthers(folder) && folder.uid === user.uid ? 'readable' : 'trusted';
}

/**
 * Judges a folder above that one. A user who can write to it can replace the folders in it. The group of an unknown owner is
 * as unknown, so only the permissions of all others count.
 */
export function judgeAncestor(folder: Ownership, user: CurrentUser): Trust {
  if (!isOwnOrRoots(folder, user) && !isUnmapped(folder, user)) {
    if (user.hasAccount(folder.uid)) return 'foreign';
    return (folder.mode & 0o002) !== 0 && !isSticky(folder) ? 'writable' : 'unknown-owner';
  }
  return isWritableByOthers(folder, user) && !isSticky(folder) ? 'writable' : 'trusted';
}

/** Judges a symbolic link in the path of such a folder. Its owner decides where it leads; a link has no permissions. */
export function judgeLink(link: Ownership, user: CurrentUser): Trust {
  return isOwnOrRoots(link, user) || isUnmapped(link, user) ? 'trusted' : 'foreign';
}

/** Root is trusted everywhere: it can do anything anyway. */
function isOwnOrRoots({ uid }: Ownership, user: CurrentUser): boolean {
  return uid === user.uid || uid === 0;
}

/** In a user namespace, the folders of the real root look like this. They can't be told apart from other users'. */
function isUnmapped({ uid }: Ownership, user: CurrentUser): boolean {
  return uid === user.unmappedUid;
}

function isSticky({ mode }: Ownership): boolean {
  return (mode & 0o1000) !== 0;
}

function isAccessibleByOthers({ mode }: Ownership): boolean {
  return (mode & 0o077) !== 0;
}

/**
 * As in OpenSSH with Debian's patch, a group doesn't count as others if the user is its only member: with the umask
 * 0002, every user has such a group. Root's group doesn't count either: containers put every user in it, as OpenShift does.
 */
function isWritableByOthers({ mode, gid }: Ownership, user: CurrentUser): boolean {
  if ((mode & 0o002) !== 0) return true;
  return (mode & 0o020) !== 0 && gid !== 0 && !user.isOnlyMember(gid);
}

/** The command that stops others from writing to `path`. Only its owner and root can run it. */
export function formatChmodCommand(path: string, { uid }: Ownership, user: Pick<CurrentUser, 'uid'>): string {
  const sudo = uid === user.uid || user.uid === 0 ? '' : 'sudo ';
  return `${sudo}chmod go-w ${quoteForShell(path)}`;
}

/** What to do about a folder that others can write to: a group may share it on purpose, such as /var/mail. */
export function formatFolderFix(path: string, folder: Ownership, user: Pick<CurrentUser, 'uid'>): string {
  const chmod = formatChmodCommand(path, folder, user);
  if ((folder.mode & 0o002) !== 0) return chmod;
  if (folder.uid === user.uid && user.uid !== 0)
    return `choose another folder, or end the sharing of this one: ${chmod}`;
  return 'choose another folder: a group shares that one';
}

/** A line of passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A line of group(5). */
interface Group {
  readonly gid: number;
  /** The names of the users who are in this group in addition to their own. */
  readonly members: readonly string[];
}

export function parseAccounts(passwd: string): readonly Account[] {
  return parseLines(passwd).map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

export function parseGroups(group: string): readonly Group[] {
  return parseLines(group).map(([, , gid, members = '']) => ({
    gid: Number(gid),
    members: members.split(',').filter((name) => name !== ''),
  }));
}

type Fields = [name: string, password: string, id: string, ...others: string[]];

function parseLines(text: string): readonly Fields[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[^#:][^:]*:[^:]*:\d+(:|$)/.test(line))
    .map((line) => line.split(':') as Fields);
}

/**
 * Returns whether the user `uid` is the only member of the group `gid`. Like OpenSSH with Debian's patch, it looks for other
 * users with that group and for other names in the group's own list. An account or a group that isn't listed, for example
 * because a directory service knows it, is judged by its number: a user's own group has the user's.
 */
export function isOnlyMember(
  uid: number,
  gid: number,
  accounts: readonly Account[],
  groups: readonly Group[],
): boolean {
  const own = accounts.filter((account) => account.uid === uid);
  const members = groups.filter((group) => group.gid === gid).flatMap((group) => group.members);
  if (accounts.some((account) => account.gid === gid && account.uid !== uid)) return false;
  if (members.some((name) => own.every((account) => account.name !== name))) return false;
  return gid === uid || members.length > 0 || own.some((account) => account.gid === gid);
}

/**
 * Parses `/proc/self/uid_map` (user_namespaces(7)). Returns whether every user ID has the same meaning as in the initial
 * namespace.
 */
export function mapsAllUsers(uidMap: string): boolean {
  return uidMap.trim().split(/\s+/).join(' ') === '0 0 4294967295';
}
