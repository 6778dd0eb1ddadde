import { expect, test } from 'vitest';
import { assertNever } from '../../src/domain/credential-error.ts';

test('a value that the types rule out throws, and the message contains it', () => {
  expect(() => assertNever('brand new' as never)).toThrow(/brand new/);
});
