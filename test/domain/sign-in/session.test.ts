import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseApiKey,
  parseSession,
  type Session,
  serialiseSession,
  validToken,
} from '../../../src/domain/sign-in/session.ts';
import { isExpired, renewalMarginMs } from '../../../src/domain/token-set.ts';

describe('a session', () => {
  test('is stored under the keys of version 0.1', () => {
    const tokens = { accessToken: 'a', refreshToken: 'r' };
    expect(serialiseSession({ kind: 'sign-in', issuer: 'https://id.example', tokens })).toBe(
      '{"kind":"sign-in","issuer":"https://id.example","grant":{"accessToken":"a","refreshToken":"r"}}',
    );
    expect(serialiseSession({ kind: 'api-key', key: 'jsm_key' })).toBe('{"kind":"api-key","key":"jsm_key"}');
  });

  test('is parsed as it was stored', () => {
    const text = fc.string();
    const session = fc.oneof(
      fc.record({ kind: fc.constant('api-key' as const), key: text }),
      fc.record({
        kind: fc.constant('sign-in' as const),
        issuer: text,
        tokens: fc.record(
          {
            accessToken: text,
            refreshToken: text,
            scope: text,
            expiresAt: fc
              .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e14) })
              .map((date) => date.toISOString()),
            subject: fc.record({ id: text, email: text, name: text }, { requiredKeys: ['id'] }),
          },
          { requiredKeys: ['accessToken'] },
        ),
      }),
    );
    fc.assert(
      fc.property(session, (stored) => {
        expect(parseSession(serialiseSession(stored))).toEqual(stored);
      }),
    );
  });

  test.each([
    '',
    'text',
    'null',
    '7',
    '{}',
    '{"kind":"api-key"}',
    '{"kind":"api-key","key":7}',
    '{"kind":"other","key":"k"}',
    '{"kind":"sign-in","issuer":"i"}',
    '{"kind":"sign-in","issuer":"i","tokens":{"accessToken":"t"}}',
    '{"kind":"sign-in","issuer":"i","grant":null}',
    '{"kind":"sign-in","issuer":"i","grant":{}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":7}}',
    '{"kind":"sign-in","issuer":7,"grant":{"accessToken":"t"}}',
    '{"kind":"other","issuer":"i","grant":{"accessToken":"t"}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","refreshToken":7}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","scope":7}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","expiresAt":"soon"}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","expiresAt":7}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","subject":null}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","subject":"s"}}',
    '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","subject":{"id":7}}}',
  ])('is not %s, and the error does not repeat that', (text) => {
    expect(() => parseSession(text)).toThrow(
      expect.objectContaining({
        code: 'failed',
        message: 'the stored credential is not a session of this program',
        hint: 'sign out and sign in again',
      }),
    );
  });
});

describe('an API key of jsm', () => {
  test.each(['jsm_xxxxxxxxxxxxxxxxxxxxxxxx', 'jsm_0123456789abcdef', `jsm_${'A-_z'.repeat(20)}`])(
    'can be %s',
    (key) => {
      expect(parseApiKey(key)).toBe(key);
    },
  );

  test.each([
    '',
    'jsm_',
    'jsm_short',
    'JSM_0123456789abcdef',
    'sk_0123456789abcdef0123',
    'jsm_0123456789abcde f',
    'jsm_0123456789abcdef\n',
    'a jsm_0123456789abcdef',
  ])('is not %j, and the error does not repeat that', (key) => {
    expect(() => parseApiKey(key)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: 'invalid API key',
        hint: 'a key is jsm_ followed by at least 16 letters, digits, - or _; create one at /account/api-keys',
      }),
    );
  });
});

describe('an access token', () => {
  const tokens = { accessToken: 't', expiresAt: '2026-11-03T09:00:00.000Z' };
  const endMs = Date.parse(tokens.expiresAt);

  test('has expired from the margin on, and never without an expiry', () => {
    expect(isExpired(tokens, endMs - 61_000, 60_000)).toBe(false);
    expect(isExpired(tokens, endMs - 60_000, 60_000)).toBe(true);
    expect(isExpired(tokens, endMs, 0)).toBe(true);
    expect(isExpired({ accessToken: 't' }, endMs, 0)).toBe(false);
  });

  test('is valid until the margin before its expiry, and an API key always is', () => {
    const session: Session = { kind: 'sign-in', issuer: 'https://id.example', tokens };
    expect(validToken(session, endMs - renewalMarginMs - 1)).toBe('t');
    expect(validToken(session, endMs - renewalMarginMs)).toBeUndefined();
    expect(validToken({ kind: 'api-key', key: 'jsm_key' }, endMs)).toBe('jsm_key');
  });
});
