/** A line of passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A line of group(5). */
export interface Group {
  readonly gid: number;
  /** The names of the users who are in this group in addition to their own. */
  readonly members: readonly string[];
}

export function parseAccounts(passwd: string): readonly Account[] {
  return parseLines(passwd).map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

export function parseGroups(group: string): readonly Group[] {
  return parseLines(group).map(([, , gid, members = '']) => ({
    gid: Number(gid),
    members: members.split(',').filter((name) => name !== ''),
  }));
}

function parseLines(text: string): readonly string[][] {
  return text
    .split('\n')
    .map((line) => line.trim().split(':'))
    .filter(([name = '', , id]) => name !== '' && !name.startsWith('#') && /^\d+$/.test(id ?? ''));
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
  return /^\s*0\s+0\s+4294967295\s*$/.test(uidMap);
}
