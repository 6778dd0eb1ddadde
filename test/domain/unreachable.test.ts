import { expect, test } from 'vitest';
import { unreachable } from '../../src/domain/unreachable.ts';

test('what the types rule out is a bug that names what came all the same', () => {
  expect(() => unreachable('brand new' as never)).toThrow(/brand new/);
});
