import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { isSameRevision } from '../../domain/placement/placement-index.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Selected } from '../../domain/selection/selection.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import { isError } from '../../domain/text/messages.ts';
import type { Mutex } from '../../ports/system.ts';
import type { Context } from '../context.ts';
import { getSearchOrder } from '../credentials/enabled-stores.ts';
import { getCredential, readEntry } from '../credentials/get-credential.ts';
import {
  replaceCredential,
  setCredential,
  type WriteOptions,
  type WriteResult,
} from '../credentials/set-credential.ts';
import { type RenewalSteps, type Renewed, renew } from './renew.ts';

/** How a program stores tokens, and how it renews them. */
export interface CredentialRenewal<Value> {
  /** What messages call it, such as `sign-in`. */
  readonly noun: string;
  /** Throws if another program stored the secret. */
  decode(secret: Secret): Value;
  encode(value: Value): Secret;
  /** Throws the error of another process's renewal, if that's this one's result too. */
  isValid(value: Value): boolean;
  /** Default: whether their stored forms are equal. */
  isSame?(one: Value, other: Value): boolean;
  /** See `RenewalSteps.request`. */
  request(value: Value): Promise<Renewed<Value>>;
  /** Longest wait for another process that renews. Default: 60 s. */
  readonly lockLimitMs?: number;
}

/** How often to try again to store renewed tokens if the store was busy: there's no second copy of them. */
const maxAttempts = 3;
const transientCodes: readonly ErrorCode[] = ['file-busy', 'timed-out', 'not-running'];

/** Renews a credential unless it's valid, and returns it, as `renew` describes. The store that has it keeps it. */
export async function renewCredential<Value>(
  context: Context,
  name: CredentialName,
  renewal: CredentialRenewal<Value>,
): Promise<Value | undefined> {
  const { noun, decode, encode, request, lockLimitMs } = renewal;
  const { lockOf, uninterrupted } = context.renewal;
  const isSame = renewal.isSame ?? ((one, other) => encode(one).equals(encode(other)));
  const isStored = (value: Value) => isSecretOf(decode, (current) => isSame(current, value));
  const read = async () => {
    const secret = await getCredential(context, name);
    return secret && decode(secret);
  };
  const follower = new Follower<Value>(context, name, { read, isValid: renewal.isValid });
  let release = () => {};
  const steps: RenewalSteps<Value> = {
    read,
    isValid: renewal.isValid,
    isSame,
    // Writes the value over itself, because only a write shows whether the store can be written.
    async checkWritable(value) {
      await replaceCredential(context, name, isStored(value), encode(value));
      release = await context.renewal.reserveSpace(name);
    },
    request: (value) => request(value).finally(() => release()),
    store: (renewed, previous) => saveRenewed(context, name, noun, encode(renewed), isStored(previous)),
  };
  const withLock = follower.wrap(lockOf(name, lockLimitMs));
  return follower.follow((signal) => renew<Value>(steps, { withLock, uninterrupted, signal }));
}

/** Whether a secret is a value. What can't be decoded is one that another program has stored. */
export function isSecretOf<Value>(decode: (secret: Secret) => Value, isValue: (value: Value) => boolean) {
  return (secret: Secret | undefined): boolean => {
    if (secret === undefined) return false;
    try {
      return isValue(decode(secret));
    } catch {
      return false;
    }
  };
}

/** How often a process that waits for another one's renewal looks whether it's done: at first, and in the end. */
const followIntervalMs = { first: 100, last: 500 };

/** What the other process has stored, or the error of its renewal. */
type Found<Value> = { readonly value: Value } | { readonly error: unknown };

/**
 * Looks whether another process has renewed a credential, as long as this one waits for the lock. Otherwise all that wait
 * would take the lock one after the other, only to find that there's nothing to do.
 */
class Follower<Value> {
  readonly #context: Context;
  readonly #name: CredentialName;
  readonly #steps: Pick<RenewalSteps<Value>, 'read' | 'isValid'>;
  readonly #leaving = new AbortController();
  #isWaiting = true;
  #found: Found<Value> | undefined;

  constructor(context: Context, name: CredentialName, steps: Pick<RenewalSteps<Value>, 'read' | 'isValid'>) {
    this.#context = context;
    this.#name = name;
    this.#steps = steps;
  }

  wrap(lock: Mutex): Mutex {
    return (work, options) =>
      lock((held) => {
        this.#isWaiting = false;
        return work(held);
      }, options);
  }

  async follow(renew: (signal: AbortSignal) => Promise<Value | undefined>): Promise<Value | undefined> {
    const signal = AbortSignal.any([this.#context.signal, this.#leaving.signal]);
    // What it can't read, the one with the lock reports.
    this.#watch().catch(() => undefined);
    try {
      return await renew(signal);
    } catch (error) {
      if (this.#found === undefined || !this.#isWaiting) throw error;
      if ('error' in this.#found) throw this.#found.error;
      return this.#found.value;
    } finally {
      this.#isWaiting = false;
    }
  }

  async #watch(): Promise<void> {
    const { placement, renewal } = this.#context;
    let seen = await readEntry(placement, this.#name);
    for (let intervalMs = followIntervalMs.first; ; intervalMs = Math.min(intervalMs * 1.25, followIntervalMs.last)) {
      await renewal.sleep(intervalMs);
      if (!this.#isWaiting) return;
      const entry = await readEntry(placement, this.#name);
      if (isSameRevision(entry, seen)) continue;
      seen = entry;
      const value = await this.#steps.read();
      const found = value === undefined ? undefined : this.#check(value);
      if (!this.#isWaiting) return;
      if (found === undefined) continue;
      this.#found = found;
      this.#leaving.abort();
      return;
    }
  }

  #check(value: Value): Found<Value> | undefined {
    try {
      return this.#steps.isValid(value) ? { value } : undefined;
    } catch (error) {
      return { error };
    }
  }
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
      if (transientCodes.includes(error.code) && attempt < maxAttempts) continue;
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
  explains?: WriteOptions['explains'],
): Promise<WriteResult> {
  const persistent = withoutCancellation(context);
  try {
    return await setCredential(persistent, name, secret, { selected, ...(explains && { explains }) });
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
