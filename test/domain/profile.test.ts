import { expect, test } from 'vitest';
import { allSecretVariables } from '../../src/domain/profile.ts';
import { keystow } from '../../src/profiles/keystow.ts';

test('no child gets a passphrase, nor what else the profile says is secret', () => {
  const both = ['KEYSTOW_CREDENTIALS_PASSPHRASE', 'KEYSTOW_NEW_CREDENTIALS_PASSPHRASE'];
  expect(allSecretVariables(keystow)).toEqual(both);
  expect(allSecretVariables({ ...keystow, secretVariables: ['KEY'] })).toEqual([...both, 'KEY']);
});
