import { expect, test } from 'vitest';
import { assertNever } from '../../src/domain/assert-never.ts';

test('what the types rule out is a bug that names what came all the same', () => {
  expect(() => assertNever('brand new' as never)).toThrow(/brand new/);
});
