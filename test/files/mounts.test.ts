import { statSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { describeFileSystem, findModeless, formatModeHint } from '../../src/adapters/files/permissions.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { needsLinux } from '../support/needs.ts';
import { fakeFiles } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

/** A folder on a mount of this type. */
function mountedFolder(type: string, options = 'rw'): string {
  const { folder } = newPlace();
  const { dev } = statSync(folder);
  const device = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  fakeFiles({ '/proc/self/mountinfo': `36 35 ${device} / /mnt rw,noatime - ${type} /dev/sda1 ${options}\n` });
  return folder;
}

describe('the file system of a path', needsLinux, () => {
  test('is named in messages, if the system shows it', () => {
    expect(describeFileSystem('/proc/self/status')).toBe('its file system (proc)');
    expect(describeFileSystem(mountedFolder('exfat'))).toBe('its file system (exfat)');
    fakeFiles({ '/proc/self/mountinfo': '' });
    expect(describeFileSystem(newPlace().folder)).toBe('its file system');
    expect(describeFileSystem('/absent')).toBe('its file system');
  });

  test.each(['vfat', 'exfat', 'msdos'])('has no permissions: %s, so the hint is another folder', (type) => {
    const hint = formatModeHint(mountedFolder(type), 'chmod go-w FILE');
    expect(hint).toMatch(/^its file system .* choose another folder/);
    expect(hint).not.toContain('chmod');
  });

  test.each(['fuseblk', 'fuse.sshfs', '9p', 'cifs', 'smb3', 'ntfs', 'ntfs3'])('may ignore chmod: %s', (type) => {
    expect(formatModeHint(mountedFolder(type), 'chmod go-w FILE')).toMatch(
      /^chmod go-w FILE; .* choose another folder$/,
    );
  });

  test.each(['ext4', 'xfs', 'btrfs', 'tmpfs', 'overlay', 'zfs', 'nfs4'])('obeys chmod: %s', (type) => {
    expect(formatModeHint(mountedFolder(type), 'chmod go-w FILE')).toBe('chmod go-w FILE');
  });

  test('keeps other users out only if this user has mounted it with FUSE, and lets nobody else in', () => {
    const uid = process.geteuid?.();
    expect(findModeless(mountedFolder('fuse.sshfs', `rw,user_id=${uid}`))).toBe('private');
    expect(findModeless(mountedFolder('fuse.sshfs', 'rw,user_id=4711'))).toBeUndefined();
    expect(findModeless(mountedFolder('fuse.sshfs', `rw,user_id=${uid},allow_other`))).toBeUndefined();
    expect(findModeless(mountedFolder('cifs', `rw,user_id=${uid}`))).toBeUndefined();
    fakeFiles({ '/proc/self/mountinfo': '' });
    expect(findModeless(newPlace().folder)).toBeUndefined();
  });
});
