import { type InspectOptions, inspect } from 'node:util';
import { expect } from 'vitest';
import type { CredentialError, ErrorCode } from '../../src/domain/credential-error.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { MarkerFinder } from '../leaks/leak-markers.ts';
import { secretsMade } from './secrets.ts';

/**
 * Settles `work`, which must reject with a {@link CredentialError} of this code, and gives the error. Neither it nor
 * what lies beneath it shows any secret that the test made.
 */
export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<CredentialError> {
  const error = await work.then(
    () => expect.unreachable(`should have failed with ${code}`),
    (reason: unknown) => reason,
  );
  // By name: another copy of the class, in another bundle, is the same error.
  expect((error as CredentialError).name).toBe('CredentialError');
  expect((error as CredentialError).code).toBe(code);
  expect((error as CredentialError).message).not.toMatch(/[\r\n]/);
  expectHidden(error, ...secretsMade());
  return error as CredentialError;
}

/** Holds that nothing of an error, however deep it is looked into, shows the secrets in any usual spelling. */
export function expectHidden(error: unknown, ...secrets: readonly Secret[]): void {
  const shown = Buffer.from(inspect(error, everything));
  const found = new MarkerFinder(secrets.map((secret) => secret.expose())).find(shown);
  expect(found && `${found} in ${shown}`).toBeUndefined();
}

const everything: InspectOptions = {
  depth: Number.POSITIVE_INFINITY,
  showHidden: true,
  maxStringLength: null,
  maxArrayLength: null,
  // On one line, so that no spelling is broken.
  compact: true,
  breakLength: Number.POSITIVE_INFINITY,
};
