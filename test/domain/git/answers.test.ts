import { describe, expect, test } from 'vitest';
import type { Attributes } from '../../../src/domain/protocols/git/attributes.ts';
import { buildGitAnswer } from '../../../src/domain/protocols/git/git-credential.ts';

const nowMs = Date.UTC(2026, 10, 3);
const later = String(nowMs / 1000 + 60);
const earlier = String(nowMs / 1000 - 60);

const old: Attributes = [];
const recent: Attributes = [
  ['capability[]', 'authtype'],
  ['capability[]', 'state'],
];
const password: Attributes = [['password', 's3cret']];
const bearer: Attributes = [
  ['authtype', 'Bearer'],
  ['credential', 'token'],
];
const capability = ['capability[]', 'authtype'] as const;
const alice = ['username', 'alice'] as const;

describe('what git is told of a credential', () => {
  test.each<[string, Attributes, string | undefined, Attributes, Attributes | undefined]>([
    ['a password: with its user', old, 'alice', password, [alice, ...password]],
    [
      'a password of an empty user',
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
    ['a pre-encoded credential: behind the capability', recent, undefined, bearer, [capability, ...bearer]],
    ['a pre-encoded credential of a user', recent, 'alice', bearer, [capability, alice, ...bearer]],
    ['a pre-encoded credential, to a git that knows of none: nothing', old, 'alice', bearer, undefined],
    ['both, to a git that knows of one', old, 'alice', [...password, ...bearer], [alice, ...password]],
    [
      'both, to a git that knows of both',
      recent,
      'alice',
      [...password, ...bearer],
      [capability, alice, ...password, ...bearer],
    ],
    [
      'a password that is past its time: nothing',
      recent,
      'alice',
      [...password, ['password_expiry_utc', earlier]],
      undefined,
    ],
    [
      'a pre-encoded credential that is past its time: nothing',
      recent,
      'alice',
      [...bearer, ['password_expiry_utc', earlier]],
      undefined,
    ],
    [
      'a password that is past its time, with a refresh token: what renews it, and no more',
      recent,
      'alice',
      [...password, ['password_expiry_utc', earlier], ['oauth_refresh_token', 'r']],
      [alice, ['oauth_refresh_token', 'r']],
    ],
  ])('%s', (_, request, username, kept, told) => {
    expect(buildGitAnswer(request, username, kept, nowMs)?.attributes).toEqual(told);
  });

  test('is a credential to use, or only what renews one', () => {
    const renewing: Attributes = [...password, ['oauth_refresh_token', 'r']];
    const kindOf = (expiry: string) =>
      buildGitAnswer(old, 'alice', [...renewing, ['password_expiry_utc', expiry]], nowMs)?.kind;
    expect([kindOf(later), kindOf(earlier)]).toEqual(['given', 'renewable']);
  });
});
