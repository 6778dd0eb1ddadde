import { type Evidence, type Reason, serviceFailureReasons, unsupportedReasons } from './selection/probe-result.ts';
import type { SelectionErrorCode } from './selection/selection.ts';

/**
 * Every way that keystow fails. Codes never change; messages may.
 *
 * A {@link Reason} as a code says that a store which was needed did not serve. `keyring-required` and the other
 * {@link SelectionErrorCode}s say that the choice ended without one. The rest:
 */
export type ErrorCode =
  | Reason
  | SelectionErrorCode
  /** No store has the credential that was asked for. */
  | 'not-found'
  /** A service or account that no store can keep exactly: empty, too long, with NUL, or not well-formed Unicode. */
  | 'invalid-name'
  /** A setting other than the preference has a value that means nothing. */
  | 'invalid-setting'
  /** A document given as input (facts to replay) is not what it should be. */
  | 'invalid-input'
  /** The secret is larger than any store of this kind keeps. */
  | 'too-large'
  /** The encrypted file is not whole: truncated, altered, or not sealed for this home directory. */
  | 'file-damaged'
  /** A file stands where the encrypted file should be, and it is not one of keystow's. */
  | 'file-foreign'
  /** The encrypted file was written by a later version of keystow. */
  | 'file-version'
  /** The encrypted file is a link, not a plain file, or another user's. */
  | 'file-refused'
  /** The operating system would not read or write the encrypted file or its folder. */
  | 'file-io'
  /** Another process holds the encrypted file's lock and does not let go. */
  | 'file-busy'
  /** The passphrase does not open the encrypted file. */
  | 'wrong-passphrase'
  /** A passphrase is needed and there is nobody to ask. */
  | 'passphrase-required'
  /** What was to be printed could not be. */
  | 'output-failed'
  /** A command that was to run with a secret is not there. */
  | 'command-not-found'
  /** It is there, and the system does not start it. */
  | 'command-not-runnable'
  /** Nobody is signed in, or the sign-in no longer holds. */
  | 'not-signed-in'
  /** The server that signs in cannot be reached, or does not answer as it should. */
  | 'sign-in-unreachable'
  /** The server, or the user there, refused to sign in. */
  | 'sign-in-refused'
  /** The user, or the program that embeds keystow, called the operation off. */
  | 'cancelled'
  /** The program that embeds keystow has closed the store. */
  | 'closed';

export interface CredentialErrorOptions {
  /** What to do about it now: one line. */
  readonly hint?: string;
  /** What a store saw, where it did not serve: for exact advice. */
  readonly evidence?: Evidence;
  /** What lies beneath. Never holds a secret. */
  readonly cause?: unknown;
}

/** A failure with a stable code. Its message is one line, and neither it nor its cause holds a secret. */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly evidence: Evidence | undefined;

  constructor(code: ErrorCode, message: string, { hint, evidence, cause }: CredentialErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    this.evidence = evidence;
  }
}

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
