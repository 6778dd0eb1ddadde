import { expect, test } from 'vitest';
import { listSecretVariables } from '../../src/domain/profile.ts';
import { keystow } from '../../src/profiles/keystow.ts';

test('the secret variables are the passphrases and those of the profile', () => {
  const both = ['KEYSTOW_CREDENTIALS_PASSPHRASE', 'KEYSTOW_NEW_CREDENTIALS_PASSPHRASE'];
  expect(listSecretVariables(keystow)).toEqual(both);
  expect(listSecretVariables({ ...keystow, secretVariables: ['KEY'] })).toEqual([...both, 'KEY']);
});
