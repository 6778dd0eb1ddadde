import { CredentialError } from '../domain/credential-error.ts';
import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';
import { withFix } from './store-failure.ts';

/** A credential was left as it is: why, and what to do about it. */
export interface Left {
  readonly outcome: 'left';
  readonly explanation: string;
  readonly fix?: string;
}

/** Left because of what a store failed with. */
export function leftBy(error: unknown, store: StoreId, context: Context): Left {
  const fixed = withFix(error, store, context);
  const { message, hint } = fixed instanceof CredentialError ? fixed : new CredentialError('failed', String(fixed));
  return { outcome: 'left', explanation: message, ...(hint && { fix: hint }) };
}
