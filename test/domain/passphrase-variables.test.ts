import { expect, test } from 'vitest';
import { findMissingVariable, formatPassphraseHint } from '../../src/domain/advice/setting-advice.ts';

const names = { allow: 'JSM_ALLOW_ENV_PASSPHRASE', variable: 'JSM_CREDENTIALS_PASSPHRASE' };

test.each([
  [false, 'unset', undefined, 'set JSM_ALLOW_ENV_PASSPHRASE=1 and JSM_CREDENTIALS_PASSPHRASE'],
  [false, 'empty', undefined, 'set JSM_ALLOW_ENV_PASSPHRASE=1 and JSM_CREDENTIALS_PASSPHRASE'],
  [
    false,
    'set',
    'JSM_CREDENTIALS_PASSPHRASE is ignored, because JSM_ALLOW_ENV_PASSPHRASE is not 1',
    'set JSM_ALLOW_ENV_PASSPHRASE=1',
  ],
  [
    true,
    'unset',
    'JSM_ALLOW_ENV_PASSPHRASE is set, but JSM_CREDENTIALS_PASSPHRASE is not',
    'set JSM_CREDENTIALS_PASSPHRASE',
  ],
  [
    true,
    'empty',
    'JSM_ALLOW_ENV_PASSPHRASE is set, but JSM_CREDENTIALS_PASSPHRASE is empty',
    'set JSM_CREDENTIALS_PASSPHRASE',
  ],
] as const)(
  'a passphrase that is allowed: %s, and %s: the hint names exactly the variables to set',
  (isAllowed, state, missing, settings) => {
    const variables = { ...names, isAllowed, state };
    const why = missing === undefined ? '' : `${missing}: `;
    expect(findMissingVariable(variables)).toBe(missing);
    expect(formatPassphraseHint(variables, { canPrompt: false })).toBe(`${why}${settings}`);
    expect(formatPassphraseHint(variables, { canPrompt: true })).toBe(`${why}${settings}, or run it on a terminal`);
  },
);

test('nothing is missing if both variables are set', () => {
  expect(findMissingVariable({ ...names, isAllowed: true, state: 'set' })).toBeUndefined();
});
