import { expect, test } from 'vitest';
import { isOptional, isTime, isToken } from '../../src/domain/text/strict-json.ts';

test.each(['a', '!~', 'eyJ.a_b-c=='])('%j can be a token', (text) => {
  expect(isToken(text)).toBe(true);
});

test.each(['', ' a', 'a ', 'a b', 'a\n', '\na', 'ü', 'a\x7f', 1, null, undefined, ['a']])(
  '%j isn’t a token',
  (value) => {
    expect(isToken(value)).toBe(false);
  },
);

test.each([
  '2027-01-02T03:04:05Z',
  '2027-01-02t03:04:05z',
  '2027-01-02 03:04:05Z',
  '2027-01-02T03:04:05.123456Z',
  '2027-01-02T03:04:05+01:00',
  '2027-01-02T03:04:05-01:00',
])('%s is a time', (text) => {
  expect(isTime(text)).toBe(true);
});

test.each([
  '2027-01-02',
  '2027-01-02T03:04Z',
  '2027-01-02T03:04:05',
  '2027-01-02T03:04:05+0100',
  'x2027-01-02T03:04:05Z',
  '2027-01-02T03:04:05Zx',
  '2027-01-02T03:04:05.Z',
  '2027-13-02T03:04:05Z',
  1_800_000_000,
  undefined,
])('%s isn’t a time', (value) => {
  expect(isTime(value)).toBe(false);
});

test('a field is optional if it is missing, null, empty or valid', () => {
  for (const value of [undefined, null, '', 'a']) expect(isOptional(value, isToken)).toBe(true);
  for (const value of ['a b', 0, false]) expect(isOptional(value, isToken)).toBe(false);
});
