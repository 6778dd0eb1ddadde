import { expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';

test('a failure has what it was given, and nothing where nothing was', () => {
  const cause = new Error('beneath');
  const evidence = { text: 'what the platform said' };
  const told = new CredentialError('failed', 'it failed', { hint: 'mend it', evidence, cause });
  expect(told).toMatchObject({ name: 'CredentialError', code: 'failed', message: 'it failed', hint: 'mend it' });
  expect([told.evidence, told.cause]).toEqual([evidence, cause]);
  const bare = new CredentialError('not-found', 'no credentials');
  expect([bare.hint, bare.evidence]).toEqual([undefined, undefined]);
  // Node prints a cause that is there, even an undefined one.
  expect(bare).not.toHaveProperty('cause');
});
