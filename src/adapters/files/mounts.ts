import { readFileSync, statfsSync, statSync } from 'node:fs';

/** A file system where the mode of a file doesn't say who can use it. */
export type Modeless = 'windows-drive' | 'private';

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
