import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import { rootMessage } from '../../domain/text/messages.ts';
import { errnoCode } from '../files/file-errors.ts';

/** pass exited with an error. The message is its stderr, without GnuPG's status lines. */
export class PassFailure extends Error {
  /** GnuPG asked the user for the passphrase of the key. */
  readonly prompted: boolean;

  constructor(stderr: string) {
    super(stderr.replaceAll(statusLine, ''));
    this.prompted = /^\[GNUPG:\] PINENTRY_LAUNCHED\b/m.test(stderr);
  }
}

/** What `--status-fd` prints, see DETAILS in GnuPG's documentation. */
const statusLine = /^\[GNUPG:\] .*\n?/gm;

type PassErrorRule = readonly [pattern: RegExp, code: ErrorCode, meaning: string];

/**
 * The user dismissed GnuPG's dialog, or entered a wrong passphrase until GnuPG gave up. Only some versions print that it
 * was cancelled.
 */
const cancelledRule: PassErrorRule = [
  /operation (fully )?cancelled/i,
  'locked',
  'the key of the password store was not unlocked in the dialog of GnuPG',
];

/**
 * Errors of GnuPG, as pass prints them. GnuPG 2.2 reports `No secret key` whether the key is locked or missing, or its
 * dialog was dismissed.
 */
const rules: readonly PassErrorRule[] = [
  cancelledRule,
  [/no secret key|no pinentry/i, 'locked', 'the key of the password store is locked or missing'],
  [/you must run:|no public key|no assurance/i, 'no-collection', 'the password store has no key to encrypt for'],
];

const unknownRule: PassErrorRule = [/^/, 'failed', 'the password store failed'];

export function timeoutError(): CredentialError {
  return new CredentialError('timed-out', 'the password store did not answer in time');
}

export function toError(thrown: unknown): CredentialError {
  if (thrown instanceof CredentialError) return thrown;
  const text = rootMessage(thrown);
  if (thrown instanceof PassFailure) {
    const matching = rules.find(([pattern]) => pattern.test(thrown.message)) ?? unknownRule;
    const rule = matching[1] === 'locked' && thrown.prompted ? cancelledRule : matching;
    const [, code, meaning] = rule;
    const evidence = { ...(rule === cancelledRule && { dismissed: true }), text };
    return new CredentialError(code, `${meaning}: ${text}`, { evidence });
  }
  switch (errnoCode(thrown)) {
    case 'ENOENT':
      return new CredentialError('not-installed', 'pass is not installed', { cause: thrown });
    default:
      return new CredentialError('failed', `the password store failed: ${text}`, { cause: thrown });
  }
}
