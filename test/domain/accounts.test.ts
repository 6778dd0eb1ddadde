import { describe, expect, test } from 'vitest';
import { isOnlyMember, mapsAllUsers, parseAccounts, parseGroups } from '../../src/domain/file-trust.ts';

const passwd = `root:x:0:0:root:/root:/bin/bash
# a comment:x:7:7
daemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin

+::::::
 toor:x:0:0::/root:/bin/sh
alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash
bob:x:1001:1001::/home/bob:/bin/bash
carol:x:1002:100::/home/carol:/bin/bash
dave:x:1003:1010::/home/dave:/bin/bash
erin:x:1004:1004::/home/erin:/bin/bash`;
const group = `root:x:0:
alice:x:1000:
bob:x:1001:alice,bob
users:x:100:
dave:x:1010:dave
erin:x:1004:erin
docker:x:990:erin
video:x:44:erin,alice
games:x:60:
`;

const accounts = parseAccounts(passwd);
const groups = parseGroups(group);

test('accounts are read from passwd(5), other lines are skipped', () => {
  expect(accounts.map(({ name }) => name)).toEqual(['root', 'daemon', 'toor', 'alice', 'bob', 'carol', 'dave', 'erin']);
  expect(accounts[6]).toEqual({ name: 'dave', uid: 1003, gid: 1010 });
  expect(parseAccounts('')).toEqual([]);
  expect(parseAccounts('half:x')).toEqual([]);
  for (const line of ['wrong:x:1x:1', 'wrong:x:x1:1', 'wrong:x:', ':x:7:7', '#alice:x:1000:1000', 'wrong::x:7:7']) {
    expect(parseAccounts(line), line).toEqual([]);
  }
});

test('groups are read from group(5), with the names in their lists', () => {
  expect(groups.slice(0, 3)).toEqual([
    { gid: 0, members: [] },
    { gid: 1000, members: [] },
    { gid: 1001, members: ['alice', 'bob'] },
  ]);
  expect(parseGroups('wheel:x:10\nempty::11:\na:x:12:,bob,')).toEqual([
    { gid: 10, members: [] },
    { gid: 11, members: [] },
    { gid: 12, members: ['bob'] },
  ]);
});

describe('a user is the only member of a group', () => {
  test.each([
    ['its own group', 1000, 1000, true],
    ['its own group, which another user was added to', 1001, 1001, false],
    ['its own group with another number', 1003, 1010, true],
    ['its own group, which lists it', 1004, 1004, true],
    ['a group that lists only it', 1004, 990, true],
    ['a group that lists another user too', 1004, 44, false],
    ['a group without members', 1000, 60, false],
    ['another user’s group', 1000, 1010, false],
    ['a group that it shares, as the first group of the only user who has it', 1002, 100, true],
    ['root, for which there are two accounts', 0, 0, true],
    ['a group that isn’t listed, with its number', 4711, 4711, true],
    ['a group that isn’t listed, with another number', 4711, 4712, false],
    ['a group with its number that is the first group of another user', 1010, 1010, false],
    ['a group with its number that is the first group of another user, and lists nobody', 100, 100, false],
    ['a group with its number that lists another user', 990, 990, false],
  ])('%s: uid %d, gid %d: %s', (_, uid, gid, only) => {
    expect(isOnlyMember(uid, gid, accounts, groups)).toBe(only);
  });
});

test.each([
  ['         0          0 4294967295\n', true],
  ['0 0 4294967295', true],
  ['10 0 4294967295', false],
  ['         0       1000          1\n', false],
  ['      1000       1000          1\n', false],
  ['         0       1000          1\n         1     100000      65536\n', false],
  ['         0          0 4294967295\n 1 2 3\n', false],
  ['         0          0      65536\n', false],
])('a user namespace maps all users or not: %j: %s', (map, all) => {
  expect(mapsAllUsers(map)).toBe(all);
});
