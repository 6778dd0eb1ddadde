import { describe, expect, test } from 'vitest';
import {
  endingErrors,
  parseTokenFields,
  parseTokenSet,
  pickOtherFields,
  toTokenResponse,
  toTokenSet,
} from '../../src/domain/token-response.ts';

const now = '2026-11-03T09:00:00.000Z';
const inAMinute = '2026-11-03T09:01:00.000Z';

describe('the fields of a token response', () => {
  test.each([
    [{}, { token_type: 'bearer' }],
    [{ token_type: '  ' }, { token_type: 'bearer' }],
    [{ token_type: 7 }, { token_type: 'bearer' }],
    [{ token_type: ' DPoP ' }, { token_type: 'dpop' }],
    [
      { access_token: 'a', refresh_token: 'r r', id_token: 'i' },
      { access_token: 'a', refresh_token: 'r r', id_token: 'i' },
    ],
    [{ access_token: ' ', refresh_token: '', id_token: 'é' }, {}],
    [{ access_token: 'a\nb', refresh_token: ['r'], id_token: 7 }, {}],
    [{ access_token: 'xé', refresh_token: 'éx' }, {}],
    [{ scope: 'a b' }, { scope: 'a b' }],
    [{ scope: '' }, {}],
    [{ scope: ['a'] }, {}],
    [{ expires_in: 60 }, { expires_in: 60 }],
    [{ expires_in: ' 60.25 ' }, { expires_in: 60.25 }],
    [{ expires_in: '-5' }, { expires_in: 0 }],
    [{ expires_in: -5 }, { expires_in: 0 }],
    ...['', 'x60', '60x', '6e1', '0x10', '1.', Number.NaN, Number.POSITIVE_INFINITY, [60], null, true].map(
      (expires_in) => [{ expires_in }, {}] as const,
    ),
  ] as const)('%j', (response, fields) => {
    const found = parseTokenFields(response);
    expect(found).toEqual({ token_type: 'bearer', ...fields });
    // None has the value undefined, which would replace an old one.
    expect(Object.values(found)).not.toContain(undefined);
  });

  test('besides those that are known are kept', () => {
    const known = { access_token: 'a', token_type: 'b', expires_in: 1, expires_at: 2, refresh_token: 'r', scope: 's' };
    expect(pickOtherFields({ ...known, id_token: 'i', more: [0], none: null, missing: undefined })).toEqual({
      id_token: 'i',
      more: [0],
    });
  });
});

describe('a token set from a response', () => {
  test.each([
    [1_793_696_460, inAMinute],
    ['1793696460', inAMinute],
    [1_793_696_460_000, inAMinute],
    ['2026-11-03T09:01:00Z', inAMinute],
    ['2026-11-03 09:01:00Z', inAMinute],
    ['2026-11-03T10:01:00+01:00', inAMinute],
    [1e11, '5138-11-16T09:46:40.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999-01:00', '9999-12-31T23:59:59.999Z'],
    [1e300, '9999-12-31T23:59:59.999Z'],
    ['tomorrow', undefined],
    ['x2026-11-03T09:01:00Z', undefined],
    ['Nov 3, 2026', undefined],
    [['2026-11-03T09:01:00Z'], undefined],
    [null, undefined],
  ])('whose expires_at is %j', (expires_at, expected) => {
    const tokens = toTokenSet({ access_token: 'a', expires_at }, now);
    expect(tokens).toEqual({ accessToken: 'a', obtainedAt: now, ...(expected && { expiresAt: expected }) });
    expect(Object.keys(tokens ?? {}).includes('expiresAt')).toBe(expected !== undefined);
  });

  test('prefers expires_in, and keeps what the response leaves out', () => {
    const previous = { refreshToken: 'r', scope: 's', expiresAt: 'old', tokenType: 'mac', extra: { a: 1, b: 2 } };
    expect(toTokenSet({ access_token: 'a', expires_in: 60, expires_at: 5, b: 3 }, now, previous)).toEqual({
      ...{ accessToken: 'a', obtainedAt: now, expiresAt: inAMinute, refreshToken: 'r', scope: 's' },
      extra: { a: 1, b: 3 },
    });
    expect(toTokenSet({ access_token: 'a' }, now)).not.toHaveProperty('extra');
    expect(toTokenSet({ access_token: 'a' }, now, previous)?.extra).toEqual({ a: 1, b: 2 });
    expect(toTokenSet({ expires_in: 60 }, now)).toBeUndefined();
    expect(toTokenSet('a', now)).toBeUndefined();
  });

  test('is a response again', () => {
    const all = { access_token: 'a', token_type: 'dpop', refresh_token: 'r', scope: 's', id_token: 'i' };
    const tokens = toTokenSet({ ...all, expires_in: 60 }, now);
    expect(tokens && toTokenResponse(tokens)).toEqual({ ...all, expires_at: inAMinute });
    expect(Object.keys(toTokenResponse({ accessToken: 'a' }))).toEqual(['access_token']);
  });
});

describe('a token set that a program has made', () => {
  const parse = (data: Record<string, unknown>, previous = {}) => parseTokenSet(data, now, previous);

  test.each([{}, { accessToken: '' }, { accessToken: 7 }, { accessToken: 'é' }])('%j is not one', (data) => {
    expect(parse(data)).toBeUndefined();
  });

  test('may have times as numbers, and fields as RFC 6749 names them', () => {
    expect(parse({ accessToken: 'a', expires_in: 60, refresh_token: 'r' })).toMatchObject({
      expiresAt: inAMinute,
      refreshToken: 'r',
    });
    expect(
      parse({
        accessToken: 'a',
        expiresAt: Date.parse(inAMinute),
        expires_in: 5,
        refreshToken: 's',
        refresh_token: 'r',
      }),
    ).toMatchObject({
      expiresAt: inAMinute,
      refreshToken: 's',
    });
    const bare = parse({ accessToken: 'a', expiresAt: 'soon', refreshToken: 7 });
    expect(bare).toEqual({ accessToken: 'a', obtainedAt: now });
    expect(Object.keys(bare ?? {}).sort()).toEqual(['accessToken', 'obtainedAt']);
  });

  test('keeps the rest of the old one, but neither its expiry nor its failure', () => {
    const previous = {
      accessToken: 'old',
      expiresAt: inAMinute,
      failure: {},
      scope: 's',
      refreshToken: 'r',
      obtainedAt: 'then',
    };
    expect(parse({ accessToken: 'a' }, previous)).toEqual({
      accessToken: 'a',
      scope: 's',
      refreshToken: 'r',
      obtainedAt: now,
    });
  });

  test('keeps unknown fields, and drops those with an invalid value, a format or a failure', () => {
    expect(parse({ accessToken: 'a', more: 1, scope: 7, tokenType: 'mac', format: 'x', failure: {} })).toEqual({
      ...{ accessToken: 'a', more: 1, tokenType: 'mac', obtainedAt: now },
    });
  });

  test('was obtained now, unless it says when, and that is not only copied from the old one', () => {
    const then = '2026-11-02T00:00:00.000Z';
    expect(parse({ accessToken: 'a', obtainedAt: then })?.obtainedAt).toBe(then);
    expect(parse({ accessToken: 'a', obtainedAt: then }, { obtainedAt: then })?.obtainedAt).toBe(now);
    expect(parse({ accessToken: 'a', obtainedAt: 'x' }, { obtainedAt: 'x' })?.obtainedAt).toBe(now);
  });
});

test('these errors of a server mean that the user has to sign in again', () => {
  expect(endingErrors).toEqual([
    ...['invalid_grant', 'interaction_required', 'login_required', 'consent_required'],
    'bad_refresh_token',
  ]);
});
