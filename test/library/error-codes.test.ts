import { expect, expectTypeOf, test } from 'vitest';
import { type ErrorCode, errorCodes } from '../../src/library/index.ts';

test('the list of codes names each code of the union, and once', () => {
  // Held by tsc: a code in one of the two alone does not compile.
  expectTypeOf<(typeof errorCodes)[number]>().toEqualTypeOf<ErrorCode>();
  expect(new Set(errorCodes).size).toBe(errorCodes.length);
});
