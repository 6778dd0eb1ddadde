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
import type { Context } from '../context.ts';

const reasons: readonly string[] = [...unsupportedReasons, ...serviceFailureReasons];

/** The reason that an OS store gave for not serving; `undefined` for any other error. */
export function toReason(error: unknown): Reason | undefined {
  return error instanceof CredentialError && reasons.includes(error.code) ? (error.code as Reason) : undefined;
}

/** The machine does not have this store, so nothing can be kept in it. */
export function isUnsupported(error: unknown): boolean {
  const reason = toReason(error);
  return reason !== undefined && classifyReason(reason) === 'unsupported';
}

/** Adds to the error of a store that did not serve what makes it serve again. */
export function withFix(error: unknown, store: StoreId, { host }: Context): unknown {
  const reason = toReason(error);
  if (!(error instanceof CredentialError) || reason === undefined || store === 'file' || error.hint) return error;
  const { code, message, evidence } = error;
  const { fix } = advise({ store, reason, ...(evidence && { evidence }) }, host);
  return new CredentialError(code, message, { hint: fix, cause: error });
}

/** The same, and names what the store was needed for: `demo alice was stored in the … on …: …`. */
export function withPlacement(error: unknown, placed: PlacementEntry, context: Context): unknown {
  const fixed = withFix(error, placed.store, context);
  if (!(fixed instanceof CredentialError) || toReason(fixed) === undefined || placed.store === 'file') return fixed;
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(
    new Date(placed.writtenAt),
  );
  const { hint } = fixed;
  const message = `${placed.service} ${placed.account} was stored in the ${storeNames[placed.store]} on ${day}: ${fixed.message}`;
  return new CredentialError(fixed.code, message, { ...(hint && { hint }), cause: error });
}
