import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import { rootMessage } from '../../domain/text/messages.ts';
import { errnoCode } from '../files/file-errors.ts';

/** pass exited with an error. The message is its stderr. */
export class PassFailure extends Error {}

/**
 * Errors of GnuPG, as pass prints them. With `--pinentry-mode=error` GnuPG reports `No secret key` whether the key is
 * locked or missing.
 */
const rules: readonly (readonly [pattern: RegExp, code: ErrorCode, meaning: string])[] = [
  [/no secret key|no pinentry/i, 'locked', 'the key of the password store is locked or missing'],
  [/operation cancelled/i, 'locked', 'the dialog of GnuPG was dismissed'],
  [/you must run:|no public key|no assurance/i, 'no-collection', 'the password store has no key to encrypt for'],
];

export function timeoutError(): CredentialError {
  return new CredentialError('timed-out', 'the password store did not answer in time');
}

export function toError(thrown: unknown): CredentialError {
  if (thrown instanceof CredentialError) return thrown;
  const text = rootMessage(thrown);
  if (thrown instanceof PassFailure) {
    const [, code, meaning] = rules.find(([pattern]) => pattern.test(thrown.message)) ?? [
      undefined,
      'failed' as const,
      'the password store failed',
    ];
    return new CredentialError(code, `${meaning}: ${text}`, { evidence: { text } });
  }
  switch (errnoCode(thrown)) {
    case 'ENOENT':
      return new CredentialError('not-installed', 'pass is not installed', { cause: thrown });
    default:
      return new CredentialError('failed', `the password store failed: ${text}`, { cause: thrown });
  }
}
