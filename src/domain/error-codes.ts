import type { ErrorCode } from './credential-error.ts';
import { serviceFailureReasons, unsupportedReasons } from './probe.ts';

/** What the encrypted file fails with, whichever of its credentials is wanted. */
export const fileCodes = [
  'file-damaged',
  'file-foreign',
  'file-version',
  'file-refused',
  'file-io',
  'file-busy',
  'wrong-passphrase',
  'passphrase-required',
] as const satisfies readonly ErrorCode[];

/** Every {@link ErrorCode}. A test of types holds that the two agree. */
export const errorCodes = [
  ...unsupportedReasons,
  ...serviceFailureReasons,
  'invalid-preference',
  'contradictory-settings',
  'keyring-required',
  'not-found',
  'invalid-name',
  'invalid-setting',
  'invalid-input',
  'too-large',
  ...fileCodes,
  'output-failed',
  'command-not-found',
  'command-not-runnable',
  'not-signed-in',
  'sign-in-unreachable',
  'sign-in-refused',
  'cancelled',
  'closed',
] as const satisfies readonly ErrorCode[];
