import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isExpired, parseSession, serialiseSession } from '../../../src/domain/sign-in/session.ts';

test('a session is read as it was kept', () => {
  const text = fc.string();
  const session = fc.oneof(
    fc.record({ kind: fc.constant('api-key' as const), key: text }),
    fc.record({
      kind: fc.constant('sign-in' as const),
      issuer: text,
      grant: fc.record(
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
    fc.property(session, (kept) => {
      expect(parseSession(serialiseSession(kept))).toEqual(kept);
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
])('%s is no session, and nothing of it is repeated', (text) => {
  expect(() => parseSession(text)).toThrow(
    expect.objectContaining({
      code: 'failed',
      message: 'what is stored is no session of this program',
      hint: 'sign out and sign in again',
    }),
  );
});

test('a grant is past its time from the margin on, and one without a time never is', () => {
  const grant = { accessToken: 't', expiresAt: '2026-11-03T09:00:00.000Z' };
  const end = Date.parse(grant.expiresAt);
  expect(isExpired(grant, end - 61_000, 60_000)).toBe(false);
  expect(isExpired(grant, end - 60_000, 60_000)).toBe(true);
  expect(isExpired(grant, end, 0)).toBe(true);
  expect(isExpired({ accessToken: 't' }, end, 0)).toBe(false);
});
