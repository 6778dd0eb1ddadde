import { type InspectOptions, inspect } from 'node:util';
import { expect } from 'vitest';
import type { CredentialError, ErrorCode } from '../../src/domain/credential-error.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { MarkerFinder } from '../leaks/leak-markers.ts';
import { secretsMade } from './secrets.ts';

/**
 * Returns the error of `work`, which must be a {@link CredentialError} with this code. Neither the error nor its causes
 * may contain a secret of the test.
 */
export async function failure(work: Promise<unknown>, code: ErrorCode): Promise<CredentialError> {
  const error = await work.then(
    () => expect.unreachable(`should have failed with ${code}`),
    (reason: unknown) => reason,
  );
  // By name, as another bundle may contain another copy of the class.
  expect((error as CredentialError).name).toBe('CredentialError');
  expect((error as CredentialError).code).toBe(code);
  expect((error as CredentialError).message).not.toMatch(/[\r\n]/);
  expectHidden(error, ...secretsMade());
  return error as CredentialError;
}

/** Fails if any part of an error, at any depth, contains a secret in a common encoding. */
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
  // On one line, so that no secret is broken.
  compact: true,
  breakLength: Number.POSITIVE_INFINITY,
};
