import { describe, expect, test } from 'vitest';
import { buildGitAnswer, type GitAttributes } from '../../../src/domain/protocols/git-credential.ts';

const nowMs = Date.UTC(2026, 10, 3);
const later = String(nowMs / 1000 + 60);
const earlier = String(nowMs / 1000 - 60);

const old: GitAttributes = [];
const recent: GitAttributes = [
  ['capability[]', 'authtype'],
  ['capability[]', 'state'],
];
const password: GitAttributes = [['password', 's3cret']];
const bearer: GitAttributes = [
  ['authtype', 'Bearer'],
  ['credential', 'token'],
];
const capability = ['capability[]', 'authtype'] as const;
const alice = ['username', 'alice'] as const;

describe('the answer to git', () => {
  test.each<[string, GitAttributes, string | undefined, GitAttributes, GitAttributes | undefined]>([
    ['a password: with its user name', old, 'alice', password, [alice, ...password]],
    [
      'a password with an empty user name',
      old,
      '',
      [['password', '']],
      [
        ['username', ''],
        ['password', ''],
      ],
    ],
    [
      'an expiry and a refresh token: with the password',
      old,
      'alice',
      [...password, ['password_expiry_utc', later], ['oauth_refresh_token', 'r']],
      [alice, ...password, ['password_expiry_utc', later], ['oauth_refresh_token', 'r']],
    ],
    ['a pre-encoded credential: after the capability', recent, undefined, bearer, [capability, ...bearer]],
    ['a pre-encoded credential with a user name', recent, 'alice', bearer, [capability, alice, ...bearer]],
    ['a pre-encoded credential, if git does not support it: nothing', old, 'alice', bearer, undefined],
    [
      'both, if git supports passwords only: the password',
      old,
      'alice',
      [...password, ...bearer],
      [alice, ...password],
    ],
    [
      'both, if git supports both',
      recent,
      'alice',
      [...password, ...bearer],
      [capability, alice, ...password, ...bearer],
    ],
    ['an expired password: nothing', recent, 'alice', [...password, ['password_expiry_utc', earlier]], undefined],
    [
      'an expired pre-encoded credential: nothing',
      recent,
      'alice',
      [...bearer, ['password_expiry_utc', earlier]],
      undefined,
    ],
    [
      'an expired password with a refresh token: only the token',
      recent,
      'alice',
      [...password, ['password_expiry_utc', earlier], ['oauth_refresh_token', 'r']],
      [alice, ['oauth_refresh_token', 'r']],
    ],
  ])('%s', (_, request, username, stored, answer) => {
    expect(buildGitAnswer(request, username, stored, nowMs)?.attributes).toEqual(answer);
  });

  test('is either usable or only renewable', () => {
    const renewing: GitAttributes = [...password, ['oauth_refresh_token', 'r']];
    const kindOf = (expiry: string) =>
      buildGitAnswer(old, 'alice', [...renewing, ['password_expiry_utc', expiry]], nowMs)?.kind;
    expect([kindOf(later), kindOf(earlier)]).toEqual(['usable', 'renewable']);
  });
});
