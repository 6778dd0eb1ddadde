import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import { chain, words } from '../keyrings/words.ts';

/**
 * One thing that a platform says when it fails. The binding gives every failure the code `GenericFailure`, so the
 * words are all there is to tell them apart by.
 */
export interface ErrorRow {
  readonly says: RegExp;
  readonly code: ErrorCode;
  /** What that means, in words that stand before the platform's own. */
  readonly meaning: string;
  readonly hint?: string;
  /** It says that the user was asked, and would not. */
  readonly dismissed?: true;
}

/** The error that the first matching row makes of what the binding threw; `failed` where none matches. */
export function errorFrom(rows: readonly ErrorRow[], store: string, thrown: unknown): CredentialError {
  if (thrown instanceof CredentialError) return thrown;
  const row = rows.find(({ says }) => chain(thrown).some((text) => says.test(text)));
  const { code, meaning, hint, dismissed }: Omit<ErrorRow, 'says'> = row ?? {
    code: 'failed',
    meaning: `the ${store} failed`,
  };
  return new CredentialError(code, `${meaning}: ${words(thrown)}`, {
    // Stryker disable next-line ConditionalExpression: an undefined hint is the same as none
    ...(hint !== undefined && { hint }),
    ...(dismissed && { evidence: { dismissed } }),
    cause: thrown,
  });
}
