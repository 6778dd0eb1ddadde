import { describe, expect, test } from 'vitest';
import { checkApiKey } from '../../../src/domain/sign-in/api-key.ts';

describe('an API key of jsm', () => {
  test.each(['jsm_xxxxxxxxxxxxxxxxxxxxxxxx', 'jsm_0123456789abcdef', `jsm_${'A-_z'.repeat(20)}`])(
    'may be %s',
    (key) => {
      expect(checkApiKey(key)).toBe(key);
    },
  );

  test.each([
    '',
    'jsm_',
    'jsm_short',
    'JSM_0123456789abcdef',
    'sk_0123456789abcdef0123',
    'jsm_0123456789abcde f',
    'jsm_0123456789abcdef\n',
    'a jsm_0123456789abcdef',
  ])('is not %j, and the refusal does not repeat it', (key) => {
    expect(() => checkApiKey(key)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: 'this does not look like an API key',
        hint: 'a key is jsm_ and at least 16 letters, digits, - or _; make one at /account/api-keys',
      }),
    );
  });
});
