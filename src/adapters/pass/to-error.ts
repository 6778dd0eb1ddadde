import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import { errnoCode } from '../files/file-errors.ts';
import { words } from '../keyrings/words.ts';

/** pass ended with an error, and said this. */
export class PassFailure extends Error {}

/**
 * What GnuPG says, as pass passes it on. Where it may not ask for a passphrase it has `No secret key`, whether the key is
 * locked or not there at all.
 */
const rows: readonly (readonly [says: RegExp, code: ErrorCode, meaning: string])[] = [
  [/no secret key|no pinentry/i, 'locked', 'the key of the password store is locked, or not on this machine'],
  [/operation cancelled/i, 'locked', 'the dialog of GnuPG was dismissed'],
  [/you must run:|no public key|no assurance/i, 'no-collection', 'the password store has no key to write for'],
];

export function timedOut(): CredentialError {
  return new CredentialError('timed-out', 'the password store did not answer in time');
}

export function toError(thrown: unknown): CredentialError {
  if (thrown instanceof CredentialError) return thrown;
  const text = words(thrown);
  if (thrown instanceof PassFailure) {
    const [, code, meaning] = rows.find(([says]) => says.test(thrown.message)) ?? [
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
