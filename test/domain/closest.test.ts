import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findClosest } from '../../src/domain/text/messages.ts';

const commands = ['set', 'get', 'exec', 'delete', 'list', 'migrate', 'doctor', 'completion'];

test.each([
  ['gte', ['get']],
  ['got', ['get']],
  ['gett', ['get']],
  ['LIST', ['list']],
  ['lits', ['list']],
  ['dcotro', ['doctor']],
  ['mirgate', ['migrate']],
  ['comp', ['completion']],
  ['jet', ['set', 'get']],
  ['de', ['delete']],
  ['se', ['set']],
  ['sxx', []],
  ['doctro', ['doctor']],
  ['dctr', ['doctor']],
  ['dcr', []],
  ['xoctxx', []],
  ['complexxxn', ['completion']],
  ['complxxxxn', []],
  ['', []],
  ['g', []],
  ['s3cret', []],
  ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', []],
])('%j is close to %j', (typed, expected) => expect(findClosest(typed, commands)).toEqual(expected));

test('a candidate is the closest to itself, and one edit away from itself with a letter more', () => {
  fc.assert(
    fc.property(fc.constantFrom(...commands), fc.nat(20), fc.constantFrom('x', 'q', '-'), (command, at, letter) => {
      const index = Math.min(at, command.length);
      expect(findClosest(command, commands)).toEqual([command]);
      expect(findClosest(command.slice(0, index) + letter + command.slice(index), commands)).toContain(command);
    }),
  );
});

test('three letters of a long candidate may differ, and its case may', () => {
  const candidates = ['ABCDEFGHIJKLMNOPQR'];
  expect(findClosest('abcdefghijklmnoxxx', candidates)).toEqual(candidates);
  expect(findClosest('abcdefghijklmnxxxx', candidates)).toEqual([]);
  expect(findClosest('abc', candidates)).toEqual(candidates);
});

test('a long word is compared quickly', () => expect(findClosest('a'.repeat(1_000_000), commands)).toEqual([]));
