import { advise, adviseRequiredKeyring } from '../../domain/advice/advise.ts';
import { formatOptionalKeyring } from '../../domain/advice/setting-advice.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { formatName } from '../../domain/credential-name.ts';
import type { PlacementEntry } from '../../domain/placement/placement-index.ts';
import {
  classifyReason,
  type Reason,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../domain/selection/probe-result.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { PlacementSnapshot } from '../../ports/placement-repository.ts';
import type { ReadContext } from '../context.ts';
import { requiresKeyring } from './enabled-stores.ts';

const reasons: readonly string[] = [...unsupportedReasons, ...serviceFailureReasons];

/** The reason why an OS store is unavailable, or `undefined` for any other error. */
export function toReason(error: unknown): Reason | undefined {
  return error instanceof CredentialError && reasons.includes(error.code) ? (error.code as Reason) : undefined;
}

/**
 * Returns whether an unavailable store counts as empty, for a credential that isn't recorded there: the machine doesn't have
 * it, or the placement file is intact, so that it would be recorded. A keyring that exists and couldn't be asked doesn't.
 * `state`: of the placement file.
 */
export function isUnsupported(error: unknown, store: StoreId, state: PlacementSnapshot['state']): boolean {
  const reason = toReason(error);
  // As on a new machine, where GNOME Keyring creates its collection at the first sign-in.
  if (store === 'secret-service' && reason === 'no-collection') return state !== 'damaged';
  if (!(error instanceof CredentialError) || reason === undefined || classifyReason(reason) !== 'unsupported')
    return false;
  // Without a placement file, it may be a new machine: there, the encrypted file takes over from a missing binding silently.
  if (reason === 'binding-missing') return state !== 'damaged';
  return !error.evidence?.hasKeyring || state === 'intact';
}

type ErrorContext = Pick<ReadContext, 'host' | 'profile' | 'settings'>;

/**
 * Adds the fix to the error of an unavailable keyring, as a hint. If the user requires a keyring, the error becomes
 * `keyring-required`.
 */
export function withFix(error: unknown, store: StoreId, context: ErrorContext): unknown {
  const reason = toReason(error);
  if (!(error instanceof CredentialError) || reason === undefined || store === 'file') return error;
  const { host } = context;
  const { code, message, evidence } = error;
  const hint = error.hint ?? advise({ store, reason, ...(evidence && { evidence }) }, host).fix;
  if (requiresKeyring(context)) {
    const { explanation, fix } = adviseRequiredKeyring(storeNames[store], { explanation: message, fix: hint }, host);
    return new CredentialError('keyring-required', explanation, { hint: fix, cause: error });
  }
  return error.hint ? error : new CredentialError(code, message, { hint, cause: error });
}

/** Adds the fix, and which credential was stored there and when: `demo alice was stored in the … on …: …`. */
export function withPlacement(error: unknown, entry: PlacementEntry, context: ErrorContext): unknown {
  const { store, writtenAt } = entry;
  const isExcluded = store === 'file' && requiresKeyring(context);
  const fixed = isExcluded ? withMoveHint(error, context) : withFix(error, store, context);
  const isUnavailable = store !== 'file' && toReason(error) !== undefined;
  if (!(fixed instanceof CredentialError) || !(isExcluded || isUnavailable)) return fixed;
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(writtenAt));
  const message = `${formatName(entry)} was stored in the ${storeNames[store]} on ${day}: ${fixed.message}`;
  const { hint } = fixed;
  return new CredentialError(fixed.code, message, { ...(hint && { hint }), cause: error });
}

/** Adds how to move a credential out of the encrypted file, which `keychain` excludes. */
function withMoveHint(error: unknown, { profile, host }: ErrorContext): unknown {
  if (!(error instanceof CredentialError)) return error;
  const { moveCommand } = profile;
  const move = moveCommand ? `; then, to move it to the OS keyring: ${moveCommand}` : ', or store it again';
  const hint = `${formatOptionalKeyring(host)}${move}`;
  return new CredentialError(error.code, error.message, { hint, cause: error });
}
