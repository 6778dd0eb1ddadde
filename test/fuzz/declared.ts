import { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';

/** Accepts a `CredentialError` with one of these codes, whose message is one line. */
export function hasCode(...codes: readonly ErrorCode[]): (error: unknown) => boolean {
  return (error) => error instanceof CredentialError && codes.includes(error.code) && !/[\r\n]/.test(error.message);
}
