import { inspect } from 'node:util';
import { expect } from 'vitest';
import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
import type { Secret } from '../../src/domain/secret.ts';

/** Settles `work`, which must reject with a {@link CredentialError} of this code, and gives the error. */
export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<CredentialError> {
  const error = await work.then(
    () => expect.unreachable(`should have failed with ${code}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CredentialError);
  expect((error as CredentialError).code).toBe(code);
  expect((error as CredentialError).message).not.toMatch(/[\r\n]/);
  return error as CredentialError;
}

/** Holds that nothing of an error, however deep it is looked into, shows the secret in any usual spelling. */
export function expectHidden(error: unknown, secret: Secret): void {
  const shown = inspect(error, { depth: Infinity, showHidden: true, maxStringLength: null, maxArrayLength: null });
  const bytes = Buffer.from(secret.expose());
  for (const encoding of ['utf8', 'base64', 'base64url', 'hex', 'latin1'] as const) {
    expect(shown).not.toContain(bytes.toString(encoding));
  }
  expect(shown).not.toContain([...bytes].join(', '));
}
