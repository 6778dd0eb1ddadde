import { type Evidence, type Reason, serviceFailureReasons, unsupportedReasons } from './selection/probe-result.ts';
import type { SelectionErrorCode } from './selection/selection.ts';
import { escapeUnprintable } from './text/escape.ts';

/**
 * Every way that keystow can fail. A code never changes its meaning; a message may change its wording.
 *
 * A {@link Reason} means that the store to use does not work. A {@link SelectionErrorCode} means that no store was
 * selected. The rest:
 */
export type ErrorCode =
  | Reason
  | SelectionErrorCode
  /** No store has the requested credential. */
  | 'not-found'
  /** A service is empty, or a service or account is too long, contains NUL, or is not well-formed Unicode. */
  | 'invalid-name'
  /** A setting other than the preference has an invalid value. */
  | 'invalid-setting'
  /** An argument, an option or a document that was passed as input is invalid, for example a report to replay. */
  | 'invalid-input'
  /** The secret is larger than the store's limit. */
  | 'too-large'
  /** The encrypted file is truncated, was altered, or was sealed for another home directory. */
  | 'file-damaged'
  /** The file at the path of the encrypted file was written by another program. */
  | 'file-foreign'
  /** The encrypted file was written by a later version of keystow. */
  | 'file-version'
  /** The encrypted file is a link or not a regular file, or another user could have written it or could replace it. */
  | 'file-refused'
  /** The encrypted file is sealed by the home directory, but the settings or an earlier write require a passphrase. */
  | 'file-downgraded'
  /** The encrypted file is an older copy, or not the file that was written last. */
  | 'file-replaced'
  /** Credentials were stored in the encrypted file, and it is gone. */
  | 'file-missing'
  /** The operating system failed to read or write the encrypted file or its folder. */
  | 'file-io'
  /** Another process holds a lock for too long, or keeps changing the file. */
  | 'file-busy'
  /** The passphrase does not open the encrypted file. */
  | 'wrong-passphrase'
  /** A passphrase is required, and nobody can be asked for it. */
  | 'passphrase-required'
  /** Writing the output failed. */
  | 'output-failed'
  /** The command to run was not found. */
  | 'command-not-found'
  /** The command to run was found, but could not be started. */
  | 'command-not-runnable'
  /** Nobody is signed in, or the sign-in has expired. */
  | 'not-signed-in'
  /** The access token could not be renewed, for a reason that may be gone the next time. */
  | 'refresh-failed'
  /** The server no longer renews the access token: the user has to sign in again. */
  | 'refresh-rejected'
  /** The sign-in server cannot be reached, or its answer is invalid. */
  | 'sign-in-unreachable'
  /** The server or the user refused the sign-in. */
  | 'sign-in-refused'
  /** The operation was cancelled by the user or by the program that embeds keystow. */
  | 'cancelled'
  /** The program that embeds keystow has closed the store. */
  | 'closed';

export interface CredentialErrorOptions {
  /** What to do next. One line. */
  readonly hint?: string;
  /** Details about a store that does not work, for exact advice. */
  readonly evidence?: Evidence;
  /** The underlying error. Never contains a secret. */
  readonly cause?: unknown;
}

/**
 * A failure with a stable code. Its message and its hint are one line each, without control characters, so that a program
 * that embeds keystow can print them. Neither the message nor the cause contains a secret.
 */
export class CredentialError extends Error {
  override readonly name = 'CredentialError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly evidence: Evidence | undefined;

  constructor(code: ErrorCode, message: string, { hint, evidence, cause }: CredentialErrorOptions = {}) {
    super(escapeUnprintable(message), cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint && escapeUnprintable(hint);
    this.evidence = evidence;
  }

  /** Marks an error of any copy of keystow, for {@link isCredentialError}. */
  get [Symbol.for('org.keystow.CredentialError')](): true {
    return true;
  }
}

/**
 * Returns whether a value is a {@link CredentialError}: of the module that a program imports or of the one that it
 * requires, and of this realm or another. `instanceof` recognises only those of the same module.
 */
export function isCredentialError(value: unknown): value is CredentialError {
  if (value instanceof CredentialError) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Reflect.get(value, Symbol.for('org.keystow.CredentialError')) !== true) return false;
  const { code, message } = value as Partial<CredentialError>;
  return typeof code === 'string' && typeof message === 'string';
}

/** The codes of the encrypted file that concern all of its credentials. */
export const fileCodes = [
  'file-damaged',
  'file-foreign',
  'file-version',
  'file-refused',
  'file-downgraded',
  'file-replaced',
  'file-missing',
  'file-io',
  'file-busy',
  'wrong-passphrase',
  'passphrase-required',
] as const satisfies readonly ErrorCode[];

/** Every {@link ErrorCode}. A type test checks that the two agree. */
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
  'refresh-failed',
  'refresh-rejected',
  'sign-in-unreachable',
  'sign-in-refused',
  'cancelled',
  'closed',
] as const satisfies readonly ErrorCode[];
