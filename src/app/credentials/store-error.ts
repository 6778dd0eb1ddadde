import { advise } from '../../domain/advice/advise.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { PlacementEntry } from '../../domain/placement/placement-index.ts';
import {
  classifyReason,
  type Reason,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../domain/selection/probe-result.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { ReadContext } from '../context.ts';

const reasons: readonly string[] = [...unsupportedReasons, ...serviceFailureReasons];

/** The reason why an OS store is unavailable, or `undefined` for any other error. */
export function toReason(error: unknown): Reason | undefined {
  return error instanceof CredentialError && reasons.includes(error.code) ? (error.code as Reason) : undefined;
}

/** Returns whether the machine doesn't have the store at all, so that it can't hold anything. */
export function isUnsupported(error: unknown): boolean {
  const reason = toReason(error);
  return reason !== undefined && classifyReason(reason) === 'unsupported';
}

/** Adds the fix to the error of an unavailable store, as a hint. */
export function withFix(error: unknown, store: StoreId, { host }: Pick<ReadContext, 'host'>): unknown {
  const reason = toReason(error);
  if (!(error instanceof CredentialError) || reason === undefined || store === 'file' || error.hint) return error;
  const { code, message, evidence } = error;
  const { fix } = advise({ store, reason, ...(evidence && { evidence }) }, host);
  return new CredentialError(code, message, { hint: fix, cause: error });
}

/** Adds the fix, and which credential was stored there and when: `demo alice was stored in the … on …: …`. */
export function withPlacement(error: unknown, entry: PlacementEntry, context: Pick<ReadContext, 'host'>): unknown {
  const fixed = withFix(error, entry.store, context);
  if (!(fixed instanceof CredentialError) || toReason(fixed) === undefined || entry.store === 'file') return fixed;
  const { service, account, store, writtenAt } = entry;
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(writtenAt));
  const message = `${service} ${account} was stored in the ${storeNames[store]} on ${day}: ${fixed.message}`;
  const { hint } = fixed;
  return new CredentialError(fixed.code, message, { ...(hint && { hint }), cause: error });
}
