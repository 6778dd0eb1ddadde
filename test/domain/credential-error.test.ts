import { expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';

test('an error has exactly the properties that it was created with', () => {
  const cause = new Error('underlying');
  const evidence = { text: 'from the platform' };
  const full = new CredentialError('failed', 'it failed', { hint: 'fix it', evidence, cause });
  expect(full).toMatchObject({ name: 'CredentialError', code: 'failed', message: 'it failed', hint: 'fix it' });
  expect([full.evidence, full.cause]).toEqual([evidence, cause]);
  const bare = new CredentialError('not-found', 'no credentials');
  expect([bare.hint, bare.evidence]).toEqual([undefined, undefined]);
  // Node prints the cause if the property exists, even if it is undefined.
  expect(bare).not.toHaveProperty('cause');
});
