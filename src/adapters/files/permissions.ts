import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readFileSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import {
  formatChmodCommand,
  formatFolderFix,
  judgeAncestor,
  judgeFile,
  judgeFolder,
  judgeLink,
  type Trust,
} from '../../domain/file-trust.ts';
import { describeFile, errnoCode, errnoMessage, formatMode, type ManagedFile } from './file-errors.ts';
import { isFirstNotice } from './markers.ts';
import { findCurrentUser, type PathPart, walkPath } from './trust-facts.ts';

type User = ReturnType<typeof findCurrentUser>;

/**
 * Examines the file's folder, every folder above it, and every link on the way. Changes nothing.
 *
 * - another user of this machine owns one of them, or others can write to one → `file-refused`
 * - an unknown user owns a folder above the file's own, as in a container whose home directory is mounted → a warning
 *
 * Returns the warnings. Returns an empty list on Windows, which has no such owners.
 */
export function checkPath(file: ManagedFile): readonly string[] {
  if (process.platform === 'win32') return [];
  const user = findCurrentUser();
  const warnings = walkPath(dirname(file.path)).flatMap((part) => {
    const trust = judgePart(part, user);
    if (trust === 'foreign') throw foreignPartError(file, part, user);
    if (trust === 'writable' && !findModeless(part.path)) throw writableFolderError(file, part, user);
    return trust === 'unknown-owner' ? [formatUnknownOwner(file, part)] : [];
  });
  // A link may lead through the same folder again.
  return [...new Set(warnings)];
}

function judgePart({ stats, isLast }: PathPart, user: User): Trust {
  if (stats.isSymbolicLink()) return judgeLink(stats, user);
  // Such as `/dev/null`: nothing can be in it.
  if (!stats.isDirectory()) return 'trusted';
  return isLast ? judgeFolder(stats, user) : judgeAncestor(stats, user);
}

function formatUnknownOwner(file: ManagedFile, { path, stats }: PathPart): string {
  const owner = `an unknown user (uid ${stats.uid})`;
  return `the folder ${path} belongs to ${owner}, who can replace the ${file.label}`;
}

function writableFolderError(file: ManagedFile, { path, stats }: PathPart, user: User): CredentialError {
  const folder = `the folder ${path} (permissions ${formatMode(stats.mode)})`;
  return new CredentialError(
    'file-refused',
    `other users can write to ${folder}, so they can replace the ${file.label}`,
    { hint: formatModeHint(path, formatFolderFix(path, stats, user)) },
  );
}

function foreignPartError(file: ManagedFile, { path, stats }: PathPart, user: User): CredentialError {
  const name = user.findName(stats.uid);
  const owner = name === undefined ? `uid ${stats.uid}` : `${name}, uid ${stats.uid}`;
  const isLink = stats.isSymbolicLink();
  const place = isLink ? 'behind a symbolic link' : 'in a folder';
  const message = `${describeFile(file)} is ${place} of another user: ${path} (${owner})`;
  const byRoot = `run this with root's own home directory (sudo -H), or as that user (sudo -u ${name ?? `'#${stats.uid}'`}); without sudo, set HOME=/root`;
  const byUser = isLink
    ? 'remove that link, or choose another folder'
    : 'run this command as that user, or choose another folder';
  return new CredentialError('file-refused', message, { hint: user.uid === 0 ? byRoot : byUser });
}

/**
 * Decides about an open file that isn't private: of another user → `file-refused`; writable by others, who may have changed
 * it → `file-refused`; readable by others → its permissions are restricted, with a notice. A file whose mode says nothing
 * about other users is accepted.
 */
export function restrictFile(
  file: ManagedFile,
  descriptor: number,
  stats: Stats,
  notice: ((line: string) => void) | undefined,
): void {
  const user = findCurrentUser();
  const trust = judgeFile(stats, user);
  if (trust === 'trusted') return;
  if (trust === 'writable' && !findModeless(file.path)) throw writableFileError(file, stats, user);
  checkPath(file);
  changeMode({ path: file.path, described: describeFile(file), descriptor, stats, mode: 0o600, notice });
}

interface ModeChange {
  readonly path: string;
  readonly described: string;
  readonly descriptor: number;
  readonly stats: Stats;
  readonly mode: number;
  readonly notice: ((line: string) => void) | undefined;
}

/** Changes a mode, and checks that it has changed: some file systems ignore that without an error. */
function changeMode({ path, described, descriptor, stats, mode, notice }: ModeChange): void {
  const before = `permissions ${formatMode(stats.mode)}`;
  let reason: string;
  try {
    fchmodSync(descriptor, mode);
    if ((fstatSync(descriptor).mode & 0o077) === 0) {
      notice?.(`${described} had ${before}; they are ${formatMode(mode)} now`);
      return;
    }
    reason = `${describeFileSystem(path)} ignores that`;
  } catch (error) {
    reason = errnoMessage(error);
  }
  const modeless = findModeless(path);
  if (notice === undefined || modeless === 'private' || !isFirstNotice(join(dirname(path), noticeMarker))) return;
  notice(
    modeless === 'windows-drive'
      ? `${described} is on a Windows drive, so Windows decides who can read it, and its ${before} cannot be changed; to change that, choose a folder below your Linux home directory, or mount the drive with the option metadata (/etc/wsl.conf)`
      : `${described} has ${before}, so other users can read it; changing them failed: ${reason}; choose another folder, or seal the file with a passphrase`,
  );
}

/** A file that is created with the notice, so that not every command repeats it. */
const noticeMarker = '.permissions-noticed';

/** Another user than root owns a file, or others can write to it → `file-refused`. Others may read it. */
export function checkAuthor(file: ManagedFile, stats: Stats): void {
  const user = findCurrentUser();
  const { mode, gid, uid } = stats;
  const trust = judgeFile({ mode, gid, uid: uid === 0 ? user.uid : uid }, user);
  if (trust === 'writable' && !findModeless(file.path)) throw writableFileError(file, stats, user);
  if (trust === 'foreign')
    throw new CredentialError('file-refused', `${describeFile(file)} belongs to another user (uid ${uid})`);
}

function writableFileError(file: ManagedFile, stats: Stats, user: User): CredentialError {
  const message = `other users can write to ${describeFile(file)} (permissions ${formatMode(stats.mode)}), so its content cannot be trusted`;
  return new CredentialError('file-refused', message, {
    hint: formatModeHint(file.path, formatChmodCommand(file.path, stats, user)),
  });
}

/** Opens a folder, and nothing else, to change its mode. */
export const folderFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * Removes the permissions of group and others from the file's folder, and sends a notice.
 *
 * A folder that isn't keystow's own stays as it is: the home directory or one above it, a folder directly under the
 * root, another user's, a shared (sticky) one, or one behind a link. The file in it has mode 0600 anyway.
 */
export function restrictFolder(file: ManagedFile, home: string, notice: (line: string) => void): void {
  const folder = dirname(file.path);
  if (process.platform === 'win32' || dirname(folder) === dirname(dirname(folder)) || contains(folder, home)) return;
  const described = `the folder ${folder}`;
  try {
    const descriptor = openSync(folder, folderFlags);
    try {
      const stats = fstatSync(descriptor);
      if ((stats.mode & 0o077) === 0 || stats.uid !== process.geteuid?.() || (stats.mode & 0o1000) !== 0) return;
      const path = `${folder}/.`;
      changeMode({ path, described, descriptor, stats, mode: 0o700, notice });
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // Absent, or a link.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoCode(error) ?? '')) return;
    notice(`${described} has unknown permissions; changing them failed: ${errnoMessage(error)}`);
  }
}

function contains(folder: string, home: string): boolean {
  if (home === '') return false;
  const path = relative(resolve(folder), resolve(home));
  return path !== '..' && !path.startsWith('../');
}

/** A file system where the mode of a file doesn't say who can use it. */
type Modeless = 'windows-drive' | 'private';

/**
 * - a Windows drive in WSL: unless it's mounted with `metadata`, every file has the same mode, which can't be changed; who
 *   can use it is up to Windows
 * - mounted by this user with FUSE, without `allow_other`: the kernel keeps all other users out, whatever the modes
 */
export function findModeless(path: string): Modeless | undefined {
  const mount = findMount(path);
  if (isWindowsDrive(path, mount)) return 'windows-drive';
  const isPrivate =
    mount?.type.startsWith('fuse') &&
    mount.options.includes(`user_id=${process.geteuid?.()}`) &&
    !mount.options.includes('allow_other');
  return isPrivate ? 'private' : undefined;
}

/** statfs(2): `V9FS_MAGIC`. */
const plan9 = 0x01021997;

function isWindowsDrive(path: string, mount: Mount | undefined): boolean {
  try {
    if (statfsSync(path).type !== plan9 && !['9p', 'drvfs', 'virtiofs'].includes(mount?.type ?? '')) return false;
    return /microsoft/i.test(readFileSync('/proc/sys/kernel/osrelease', 'utf8'));
  } catch {
    return false;
  }
}

/** What to do if others can write to a path and `chmod`, the command that stops them, may have no effect there. */
export function formatModeHint(path: string, chmod: string): string {
  const type = findMount(path)?.type ?? '';
  if (/^(vfat|exfat|msdos)$/.test(type))
    return `its file system (${type}) has no permissions: choose another folder, or mount it with the option umask=077`;
  if (/^(fuse|9p$|cifs$|smb3$|ntfs)/.test(type))
    return `${chmod}; if that changes nothing, its file system (${type}) ignores permissions: choose another folder`;
  return chmod;
}

/** Names the file system of a path, for a message. */
export function describeFileSystem(path: string): string {
  const mount = findMount(path);
  return mount ? `its file system (${mount.type})` : 'its file system';
}

interface Mount {
  /** Such as `ext4` or `fuse.sshfs`. */
  readonly type: string;
  readonly options: readonly string[];
}

/** Finds the mount by its device in proc_pid_mountinfo(5). `undefined` on other systems than Linux. */
function findMount(path: string): Mount | undefined {
  try {
    const { dev } = statSync(path);
    const device = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const line = lines.find((text) => text.split(' ')[2] === device);
    const [type = '', , options = ''] = line?.split(' - ')[1]?.split(' ') ?? [];
    return type === '' ? undefined : { type, options: options.split(',') };
  } catch {
    return undefined;
  }
}
