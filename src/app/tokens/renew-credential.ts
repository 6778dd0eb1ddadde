import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { isError } from '../../domain/text/messages.ts';
import type { Context } from '../context.ts';
import { getSearchOrder } from '../credentials/enabled-stores.ts';
import { getCredential, readEntry } from '../credentials/get-credential.ts';
import { replaceCredential } from '../credentials/replace-credential.ts';
import { setCredential, type WriteResult } from '../credentials/set-credential.ts';
import { type Renewed, renew } from './renew.ts';

/** How a program stores tokens, and how it renews them. */
export interface CredentialRenewal<Value> {
  /** What messages call it, such as `sign-in`. */
  readonly noun: string;
  /** Throws if another program stored the secret. */
  decode(secret: Secret): Value;
  encode(value: Value): Secret;
  isValid(value: Value): boolean;
  /** See `RenewalSteps.request`. */
  request(value: Value): Promise<Renewed<Value>>;
  /** Longest wait for another process that renews. Default: 60 s. */
  readonly lockLimitMs?: number;
}

/** How often to try again if another process is using the store. */
const maxAttempts = 3;

/** Renews a credential unless it's valid, and returns it, as `renew` describes. The store that has it keeps it. */
export async function renewCredential<Value>(
  context: Context,
  name: CredentialName,
  { noun, decode, encode, isValid, request, lockLimitMs }: CredentialRenewal<Value>,
): Promise<Value | undefined> {
  const { renewal, signal } = context;
  const isSame = (one: Value, other: Value) => encode(one).equals(encode(other));
  const isStored = (value: Value) => (current: Secret | undefined) =>
    current !== undefined && isSame(decode(current), value);
  return renew<Value>(
    {
      async read() {
        const secret = await getCredential(context, name);
        return secret && decode(secret);
      },
      isValid,
      isSame,
      // Writes the value over itself, because only a write shows whether the store can be written.
      checkWritable: async (value) => void (await replaceCredential(context, name, isStored(value), encode(value))),
      request,
      store: (renewed, previous) => saveRenewed(context, name, noun, encode(renewed), isStored(previous)),
    },
    { withLock: renewal.lockOf(name, lockLimitMs), uninterrupted: renewal.uninterrupted, signal },
  );
}

/**
 * Stores renewed tokens in place of the old ones, whether or not the caller was cancelled. Only warns on failure, because
 * the renewed tokens are valid anyway.
 */
export async function saveRenewed(
  context: Context,
  name: CredentialName,
  noun: string,
  renewed: Secret,
  isPrevious: (current: Secret | undefined) => boolean,
): Promise<void> {
  const persistent = withoutCancellation(context);
  const entry = await readEntry(context.placement, name);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await replaceCredential(persistent, name, isPrevious, renewed);
      return;
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      if (error.code === 'file-busy' && attempt < maxAttempts) continue;
      if (entry && (await saveElsewhere(persistent, name, noun, renewed, entry.store, error))) return;
      context.terminal.warn(
        `the renewed ${noun} could not be stored, so you may have to sign in again soon: ${error.message}`,
        error.hint,
      );
      return;
    }
  }
}

/**
 * Saves tokens that have just been received and can't be requested again: whether or not the command was cancelled
 * meanwhile, and if the selected store fails, in another one that the settings allow, with a warning. If all fail, rejects
 * with the error of the selected one.
 */
export async function saveReceived(
  context: Context,
  name: CredentialName,
  noun: string,
  secret: Secret,
  selected: Selected,
): Promise<WriteResult> {
  const persistent = withoutCancellation(context);
  try {
    return await setCredential(persistent, name, secret, { selected });
  } catch (error) {
    const stored = await saveElsewhere(persistent, name, noun, secret, selected.store, error);
    if (stored === undefined) throw error;
    return stored;
  }
}

/** Returns `undefined` if no other store works either. */
async function saveElsewhere(
  context: Context,
  name: CredentialName,
  noun: string,
  secret: Secret,
  failed: StoreId,
  failure: unknown,
): Promise<WriteResult | undefined> {
  for (const store of getSearchOrder(context).filter((id) => id !== failed)) {
    try {
      const selected = { status: 'selected', store, skipped: [], rules: [] } as const;
      const stored = await setCredential(context, name, secret, { selected });
      const reason = findStoreError(failure);
      context.terminal.warn(
        `the ${noun} is now in the ${storeNames[store]}, because the ${storeNames[failed]} failed: ${reason}`,
      );
      return stored;
    } catch {}
  }
  return undefined;
}

/** Returns the store's own message: reading adds when the credential was stored there. */
function findStoreError(error: unknown): string {
  if (!isError(error)) return String(error);
  return error.cause instanceof CredentialError ? findStoreError(error.cause) : error.message;
}

function withoutCancellation(context: Context): Context {
  return { ...context, signal: new AbortController().signal };
}
