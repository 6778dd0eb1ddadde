import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toTokenResponse, toTokenSet } from '../../src/domain/token-response.ts';
import {
  isExpired,
  isSameTokenSet,
  parseStoredTokenSet,
  renewalMarginMs,
  serialiseTokenSet,
  type TokenSet,
} from '../../src/domain/token-set.ts';

const time = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(8e14) }).map((date) => date.toISOString());
const text = fc.string();
const tokenSets: fc.Arbitrary<TokenSet> = fc.record(
  {
    accessToken: text,
    tokenType: text,
    refreshToken: text,
    scope: text,
    expiresAt: time,
    obtainedAt: time,
    subject: fc.record({ id: text, email: text }, { requiredKeys: ['id'] }),
    extra: fc.dictionary(fc.constantFrom('id_token', 'format', 'custom'), text),
    renewal: fc.record({ issuer: text, clientId: text, clientSecret: text }, { requiredKeys: ['issuer', 'clientId'] }),
    failure: fc.record({ at: time, code: fc.constant('refresh-failed' as const), message: text }),
  },
  { requiredKeys: ['accessToken'] },
);

describe('the stored form of a token set', () => {
  test('is JSON that a person can read, with a marker', () => {
    expect(serialiseTokenSet({ accessToken: 'a', refreshToken: 'r' })).toBe(
      '{\n  "format": "keystow-token-set",\n  "accessToken": "a",\n  "refreshToken": "r"\n}',
    );
  });

  test('is parsed as it was stored, with the fields of a later version', () => {
    fc.assert(
      fc.property(tokenSets, fc.dictionary(fc.constantFrom('later', 'new'), fc.jsonValue()), (tokens, later) => {
        // -0 becomes 0.
        const stored = JSON.parse(JSON.stringify({ ...later, ...tokens })) as TokenSet;
        expect(parseStoredTokenSet(serialiseTokenSet(stored))).toEqual(stored);
      }),
    );
  });

  test.each([
    '',
    'password',
    '{}',
    'null',
    '{"accessToken":"a"}',
    '"keystow-token-set"',
    '{"format":"keystow-token-set',
    '{"note":"keystow-token-set"}',
  ])('is not %s', (secret) => expect(parseStoredTokenSet(secret)).toBeUndefined());

  test.each([
    '{}',
    '{"accessToken":7}',
    '{"accessToken":"s3cret","expiresAt":"soon"}',
    '{"accessToken":"s3cret","obtainedAt":7}',
    '{"accessToken":"s3cret","refreshToken":null}',
    '{"accessToken":"s3cret","extra":[]}',
    '{"accessToken":"s3cret","subject":{}}',
    '{"accessToken":"s3cret","renewal":{"issuer":"i"}}',
    '{"accessToken":"s3cret","renewal":{"clientId":"c"}}',
    '{"accessToken":"s3cret","renewal":{"clientId":"c","issuer":"i","tokenEndpoint":"t"}}',
    '{"accessToken":"s3cret","renewal":{"clientId":"c","issuer":7}}',
    '{"accessToken":"s3cret","renewal":{"clientId":"c","issuer":"i","scope":7}}',
    '{"accessToken":"s3cret","failure":{}}',
    '{"accessToken":"s3cret","failure":null}',
    '{"accessToken":"s3cret","failure":{"at":"t","message":"m"}}',
    '{"accessToken":"s3cret","failure":{"at":"t","code":"x","message":"m"}}',
    '{"accessToken":"s3cret","failure":{"code":"refresh-failed","message":"m"}}',
    '{"accessToken":"s3cret","failure":{"at":"t","code":"refresh-failed"}}',
    '{"accessToken":"s3cret","failure":{"at":"t","code":"refresh-failed","message":"m","hint":7}}',
  ])('that is marked, but damaged, is an error that does not repeat it: %s', (json) => {
    const damaged = JSON.stringify({ ...JSON.parse(json), format: 'keystow-token-set' });
    expect(() => parseStoredTokenSet(damaged)).toThrow(
      expect.objectContaining({ code: 'failed', message: 'the stored token set is damaged', hint: 'sign in again' }),
    );
  });
});

test.each(['refresh-failed', 'refresh-rejected'])('a failed renewal is stored: %s', (code) => {
  const json = JSON.stringify({ accessToken: 'a', failure: { at: 't', code, message: 'm', hint: 'h' } });
  const stored = { ...JSON.parse(json), format: 'keystow-token-set' };
  expect(parseStoredTokenSet(JSON.stringify(stored))).toEqual(JSON.parse(json));
});

test('a failed renewal does not make it another token set', () => {
  const failure = { at: '2026-11-03T09:00:00.000Z', code: 'refresh-failed', message: 'down' } as const;
  expect(isSameTokenSet({ accessToken: 'a' }, { accessToken: 'a', failure })).toBe(true);
  expect(isSameTokenSet({ accessToken: 'a' }, { accessToken: 'b', failure })).toBe(false);
});

describe('an access token has expired', () => {
  const hour = 3_600_000;
  const obtainedMs = Date.UTC(2026, 10, 3, 9);
  const at = (ms: number) => new Date(ms).toISOString();
  const lasting = (ms: number): TokenSet => ({
    accessToken: 'a',
    obtainedAt: at(obtainedMs),
    expiresAt: at(obtainedMs + ms),
  });

  test.each([
    ['an hour before its end', lasting(hour), obtainedMs, false],
    ['a minute and a bit before its end', lasting(hour), obtainedMs + hour - renewalMarginMs - 1, false],
    ['a minute before its end', lasting(hour), obtainedMs + hour - renewalMarginMs, true],
    ['after its end', lasting(hour), obtainedMs + 2 * hour, true],
    ['never, without an expiry', { accessToken: 'a', obtainedAt: at(obtainedMs) }, obtainedMs + 9e9, false],
    ['at three quarters of a lifetime of ten seconds, not before', lasting(10_000), obtainedMs + 7499, false],
    ['at three quarters of a lifetime of ten seconds', lasting(10_000), obtainedMs + 7500, true],
    ['immediately, if it lasts no time', lasting(0), obtainedMs, true],
    ['if the clock was set back by a day', lasting(2 * 24 * hour), obtainedMs - 24 * hour, true],
    ['if the clock was set back by a minute', lasting(hour), obtainedMs - 60_000, true],
    ['not if the clock was set back by some seconds', lasting(hour), obtainedMs - 30_000, false],
    ['if the clock was set forward by a day', lasting(hour), obtainedMs + 24 * hour, true],
    [
      'a minute before its end, if nobody knows when it began',
      { accessToken: 'a', expiresAt: at(obtainedMs) },
      obtainedMs - renewalMarginMs,
      true,
    ],
    [
      'not before, if nobody knows when it began',
      { accessToken: 'a', expiresAt: at(obtainedMs) },
      obtainedMs - renewalMarginMs - 1,
      false,
    ],
  ])('%s', (_, tokens: TokenSet, nowMs, expected) => expect(isExpired(tokens, nowMs, renewalMarginMs)).toBe(expected));

  test('with no margin, at its end', () => {
    expect(isExpired(lasting(hour), obtainedMs + hour - 1, 0)).toBe(false);
    expect(isExpired(lasting(hour), obtainedMs + hour, 0)).toBe(true);
  });
});

describe('a token response', () => {
  const now = '2026-11-03T09:00:00.000Z';
  const previous: TokenSet = {
    accessToken: 'old',
    refreshToken: 'old-refresh',
    scope: 'a b',
    expiresAt: '2026-11-03T08:00:00.000Z',
    obtainedAt: '2026-11-03T07:00:00.000Z',
    tokenType: 'dpop',
    extra: { id_token: 'x', kept: 1 },
    failure: { at: now, code: 'refresh-failed', message: 'down' },
    renewal: { issuer: 'https://id.example', clientId: 'c' },
  };
  const kept = { refreshToken: 'old-refresh', scope: 'a b', renewal: previous.renewal, obtainedAt: now };

  test.each<[string, object, object]>([
    [
      'with everything',
      { access_token: 'n', refresh_token: 'r', token_type: 'Bearer', expires_in: 60, scope: 'c' },
      { refreshToken: 'r', scope: 'c', expiresAt: '2026-11-03T09:01:00.000Z' },
    ],
    [
      'with null for everything else',
      { access_token: 'n', refresh_token: null, token_type: null, expires_in: null, scope: null, id_token: null },
      {},
    ],
    [
      'with "" for everything else',
      { access_token: 'n', refresh_token: '', token_type: '', expires_in: '', scope: '' },
      {},
    ],
    ['with numbers as strings', { access_token: 'n', expires_in: '60' }, { expiresAt: '2026-11-03T09:01:00.000Z' }],
    ['without an expiry', { access_token: 'n' }, {}],
    ['that has expired', { access_token: 'n', expires_in: -5 }, { expiresAt: now }],
    [
      'with a time in seconds',
      { access_token: 'n', expires_at: Date.parse(now) / 1000 + 60 },
      { expiresAt: '2026-11-03T09:01:00.000Z' },
    ],
    [
      'with a time in ISO 8601',
      { access_token: 'n', expires_at: '2026-11-03T10:01:00+01:00' },
      { expiresAt: '2026-11-03T09:01:00.000Z' },
    ],
    [
      'with both, of which expires_in is right',
      { access_token: 'n', expires_in: 60, expires_at: 5 },
      { expiresAt: '2026-11-03T09:01:00.000Z' },
    ],
    ['with an invalid time', { access_token: 'n', expires_at: 'soon' }, {}],
    ['of another type', { access_token: 'n', token_type: ' MAC ' }, { tokenType: 'mac' }],
    [
      'with unknown fields',
      { access_token: 'n', id_token: 'y', team: { id: 7 } },
      { extra: { id_token: 'y', kept: 1, team: { id: 7 } } },
    ],
  ])('%s keeps what it leaves out, except the expiry', (_, response, expected) => {
    expect(toTokenSet(response, now, previous)).toEqual({
      extra: previous.extra,
      ...kept,
      accessToken: 'n',
      ...expected,
    });
  });

  test.each([
    undefined,
    null,
    'token',
    [],
    {},
    { access_token: '' },
    { access_token: 7 },
    { access_token: 'line\nbreak' },
    { refresh_token: 'r' },
  ])('without a usable access token is rejected: %j', (response) =>
    expect(toTokenSet(response, now, previous)).toBeUndefined(),
  );

  test('is what a token set is converted to, and back', () => {
    const tokens = toTokenSet(
      { access_token: 'n', refresh_token: 'r', expires_in: 60, scope: 'c', id_token: 'y', token_type: 'mac' },
      now,
    );
    expect(toTokenSet(toTokenResponse(tokens as TokenSet), now)).toEqual(tokens);
  });
});
