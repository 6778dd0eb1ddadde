import { describe, expect, test } from 'vitest';
import { findExpiring, isExpired, parseExpiry } from '../../src/domain/placement/expiry.ts';

const now = '2026-11-03T09:00:00.000Z';

describe('a time of expiry', () => {
  test.each([
    ['30m', '2026-11-03T09:30:00.000Z'],
    ['12h', '2026-11-03T21:00:00.000Z'],
    ['90d', '2027-02-01T09:00:00.000Z'],
    ['2w', '2026-11-17T09:00:00.000Z'],
    ['1y', '2027-11-03T09:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00.000Z'],
    ['2028-02-29', '2028-02-29T00:00:00.000Z'],
    ['2027-01-31T12:00Z', '2027-01-31T12:00:00.000Z'],
    ['2027-01-31T12:00:05.5Z', '2027-01-31T12:00:05.500Z'],
    ['2027-01-31T12:00+02:00', '2027-01-31T10:00:00.000Z'],
    ['2027-01-31T12:00-0230', '2027-01-31T14:30:00.000Z'],
    ['2027-01-31T12:00:05Z', '2027-01-31T12:00:05.000Z'],
    ['2027-01-31T12:00:05.123456789Z', '2027-01-31T12:00:05.123Z'],
    ['2027-01-31t12:00z', '2027-01-31T12:00:00.000Z'],
  ])('%s is %s', (typed, expected) => {
    expect(parseExpiry(typed, now)).toBe(expected);
  });

  test.each([
    ...['', '90', 'd', '-90d', '1.5d', '90 d', '90D', 'tomorrow', '1000000000d'],
    ...['2027-02-30', '2027-02-29', '2027-13-01', '2027-1-31', '31.01.2027', '2027-01-31T12:00', '2027-01-31 12:00Z'],
    ...['2027-01-31T25:00Z', '2027-02-30T12:00Z', '2027-01-31T12:00+99:00', '+012027-01-31'],
  ])('%j is invalid', (typed) => {
    expect(() => parseExpiry(typed, now)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  test.each(['0d', '2026-11-03', '2020-01-01', '2026-11-03T09:00Z', '2026-11-03T10:00+02:00'])(
    '%s has passed',
    (typed) => {
      expect(() => parseExpiry(typed, now)).toThrow('the time of expiry is in the past');
    },
  );

  test.each(['99999999w', '9000y', '9999-12-31T23:59:59.999-00:01'])('%s is after the year 9999', (typed) => {
    expect(() => parseExpiry(typed, now)).toThrow('the time of expiry is after the year 9999');
  });

  test('may be the last moment of the year 9999', () => {
    expect(parseExpiry('9999-12-31T23:59:59.999Z', now)).toBe('9999-12-31T23:59:59.999Z');
  });

  test.each(['x2099-01-01', '90dx', 'x90d', '2099-12-31T12:00:00.123x'])(
    '%j is invalid, and the hint says what is not',
    (typed) => {
      expect(() => parseExpiry(typed, now)).toThrow(
        expect.objectContaining({ message: 'invalid time of expiry', hint: expect.stringContaining('90d') }),
      );
    },
  );
});

test('a credential expires at its time of expiry, and never without one', () => {
  expect(isExpired({ expiresAt: now }, now)).toBe(true);
  expect(isExpired({ expiresAt: '2026-11-03T09:00:00.001Z' }, now)).toBe(false);
  expect(isExpired({}, now)).toBe(false);
});

test('credentials that have expired, or will within 14 days, are found in the order of expiry', () => {
  const index = [
    { service: 'a', account: 'never' },
    { service: 'a', account: 'in 14 days', expiresAt: '2026-11-17T09:00:00.000Z' },
    { service: 'a', account: 'later', expiresAt: '2026-11-17T09:00:00.001Z' },
    { service: 'b', account: 'now', expiresAt: now },
  ];
  expect(findExpiring(index, now)).toEqual([
    { service: 'b', account: 'now', expiresAt: now, expired: true },
    { service: 'a', account: 'in 14 days', expiresAt: '2026-11-17T09:00:00.000Z', expired: false },
  ]);
});
