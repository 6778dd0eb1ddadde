import { describe, expect, test } from 'vitest';
import {
  type CurrentUser,
  formatChmodCommand,
  formatFolderFix,
  judgeAncestor,
  judgeFile,
  judgeFolder,
  judgeLink,
} from '../../src/domain/file-trust.ts';

const [root, alice, bob, runner, unmapped] = [0, 1000, 1001, 1500, 65534];
/** A group that only Alice is in, and one that Bob is in too. */
const [own, shared] = [1000, 100];

const user: CurrentUser = {
  uid: alice,
  isOnlyMember: (gid) => gid === own,
  hasAccount: (uid) => uid !== runner,
};
const inNamespace: CurrentUser = { ...user, unmappedUid: unmapped };

/** Owner, group, mode, and who else could have changed it, by Alice's judgement. */
type Row = readonly [uid: number, gid: number, octal: string, trust: string];

const toOwnership = ([uid, gid, octal]: Row) => ({ uid, gid, mode: Number.parseInt(octal, 8) });

describe('a file is', () => {
  test.each<Row>([
    [alice, own, '600', 'trusted'],
    [alice, own, '400', 'trusted'],
    [alice, shared, '600', 'trusted'],
    [alice, own, '644', 'readable'],
    [alice, own, '604', 'readable'],
    [alice, own, '610', 'readable'],
    [alice, shared, '640', 'readable'],
    // The umask 0002 with a group of the user's own; a container where every user is in root's group.
    [alice, own, '660', 'readable'],
    [alice, own, '664', 'readable'],
    [alice, root, '660', 'readable'],
    [alice, shared, '660', 'writable'],
    [alice, shared, '620', 'writable'],
    [alice, own, '666', 'writable'],
    [alice, own, '602', 'writable'],
    [alice, own, '777', 'writable'],
    [root, root, '600', 'foreign'],
    [bob, shared, '600', 'foreign'],
    [runner, runner, '600', 'foreign'],
    [unmapped, unmapped, '600', 'foreign'],
  ])('uid %d, gid %d, mode 0%s: %s', (...row) => {
    expect(judgeFile(toOwnership(row), user)).toBe(row[3]);
    expect(judgeFile(toOwnership(row), inNamespace)).toBe(row[3]);
  });
});

describe('the folder of a file is', () => {
  test.each<Row>([
    [alice, own, '700', 'trusted'],
    [alice, own, '755', 'readable'],
    [alice, own, '701', 'readable'],
    [alice, own, '770', 'readable'],
    [alice, own, '2775', 'readable'],
    [alice, shared, '770', 'writable'],
    [alice, own, '777', 'writable'],
    [alice, own, '702', 'writable'],
    // A shared folder: nobody can replace another user's file.
    [root, root, '1777', 'trusted'],
    [alice, own, '1777', 'trusted'],
    // Root's mode is up to root.
    [root, root, '755', 'trusted'],
    [root, root, '775', 'trusted'],
    [root, shared, '775', 'writable'],
    [root, root, '757', 'writable'],
    [bob, shared, '700', 'foreign'],
    [bob, shared, '1777', 'foreign'],
    [runner, runner, '755', 'foreign'],
    [unmapped, unmapped, '755', 'foreign'],
  ])('uid %d, gid %d, mode 0%s: %s', (...row) => {
    expect(judgeFolder(toOwnership(row), user)).toBe(row[3]);
    expect(judgeFolder(toOwnership(row), inNamespace)).toBe(row[3]);
  });
});

describe('a folder above that one is', () => {
  test.each<Row>([
    [alice, own, '700', 'trusted'],
    [alice, own, '755', 'trusted'],
    [alice, own, '775', 'trusted'],
    [root, root, '755', 'trusted'],
    [root, root, '775', 'trusted'],
    [root, root, '1777', 'trusted'],
    [alice, own, '777', 'writable'],
    [alice, shared, '775', 'writable'],
    [root, shared, '775', 'writable'],
    [root, root, '777', 'writable'],
    [bob, shared, '700', 'foreign'],
    [bob, shared, '1777', 'foreign'],
    // The home directory that a container mounts.
    [runner, runner, '755', 'unknown-owner'],
    [runner, runner, '775', 'unknown-owner'],
    [runner, runner, '1777', 'unknown-owner'],
    [runner, runner, '777', 'writable'],
    [unmapped, unmapped, '755', 'foreign'],
  ])('uid %d, gid %d, mode 0%s: %s', (...row) => {
    expect(judgeAncestor(toOwnership(row), user)).toBe(row[3]);
  });

  test.each<Row>([
    [unmapped, unmapped, '755', 'trusted'],
    [unmapped, unmapped, '1777', 'trusted'],
    [unmapped, unmapped, '777', 'writable'],
    [bob, shared, '755', 'foreign'],
  ])('in a user namespace, where root may be outside: uid %d, gid %d, mode 0%s: %s', (...row) => {
    expect(judgeAncestor(toOwnership(row), inNamespace)).toBe(row[3]);
  });
});

describe('a link in the path is', () => {
  test.each([
    [alice, 'trusted', 'trusted'],
    [root, 'trusted', 'trusted'],
    [bob, 'foreign', 'foreign'],
    [runner, 'foreign', 'foreign'],
    [unmapped, 'foreign', 'trusted'],
  ])('uid %d: %s; in a user namespace: %s', (uid, trust, trustInNamespace) => {
    const link = { uid, gid: shared, mode: 0o777 };
    expect([judgeLink(link, user), judgeLink(link, inNamespace)]).toEqual([trust, trustInNamespace]);
  });
});

test.each([
  [alice, { uid: alice }, "chmod go-w '/home/alice/my file'"],
  [root, { uid: alice }, "sudo chmod go-w '/home/alice/my file'"],
  [root, { uid: root }, "chmod go-w '/home/alice/my file'"],
  [runner, { uid: root }, "chmod go-w '/home/alice/my file'"],
])('the command that stops others from writing is for the owner or root: uid %d, run by %o', (uid, by, command) => {
  expect(formatChmodCommand('/home/alice/my file', { uid, gid: own, mode: 0o777 }, by)).toBe(command);
});

describe('the fix for a folder that others can write to', () => {
  const inFolder = (uid: number, mode: number, by: number) =>
    formatFolderFix('/srv/x', { uid, gid: shared, mode }, { uid: by });

  test('changes the permissions if everybody can write to it, which nobody wants', () => {
    expect(inFolder(alice, 0o777, alice)).toBe('chmod go-w /srv/x');
    expect(inFolder(root, 0o777, alice)).toBe('sudo chmod go-w /srv/x');
    expect(inFolder(root, 0o777, root)).toBe('chmod go-w /srv/x');
  });

  test.each([alice, root])('never changes those of a folder of the system for a group, such as /var/mail: %d', (by) => {
    expect(inFolder(root, 0o2775, by)).toBe('choose another folder: a group shares that one');
  });

  test("suggests another folder before it ends the sharing of a user's own one", () => {
    expect(inFolder(alice, 0o2775, alice)).toBe(
      'choose another folder, or end the sharing of this one: chmod go-w /srv/x',
    );
    expect(inFolder(alice, 0o2775, root)).toBe('choose another folder: a group shares that one');
  });
});
