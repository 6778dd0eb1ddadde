import type { Context } from '../app/context.ts';
import { getTokens, type RenewTokens } from '../app/tokens/get-tokens.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type CredentialName, formatName, toCredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { TokenSet } from '../domain/token-set.ts';
import type { ApplicationStore, OperationOptions } from './application-store.ts';
import { copySecret } from './values.ts';

/** Runs an operation of the store. */
type Operate = <T>(options: OperationOptions | undefined, work: (context: Context) => Promise<T>) => Promise<T>;

export interface TokenMethods extends Pick<ApplicationStore, 'update' | 'token' | 'setToken'> {
  /** Resolves when every request for tokens has ended, and its result is stored. */
  settle(): Promise<void>;
}

/** The methods of a store that update credentials and renew tokens. `closing`: aborted when the store is closed. */
export function createTokenMethods(operate: Operate, closing: AbortSignal): TokenMethods {
  const renewals = new SharedRenewals(closing);
  /** The access token of each credential that was returned last. */
  const returned = new Map<string, string>();

  return {
    update: (service, account, change, options) =>
      operate(options, async (context) => {
        checkFunction('change', change);
        const { limitMs, allowEmpty } = options ?? {};
        checkTime('limitMs', limitMs, shortestLimitMs);
        const { updateCredential } = await import('../app/tokens/update-credential.ts');
        let secret: Secret | undefined;
        await updateCredential(
          context,
          toCredentialName(service, account),
          async (current) => {
            const next = await change(current);
            if (next === undefined) secret = undefined;
            else secret = next === current ? current : copySecret(next);
            return secret;
          },
          { ...(limitMs !== undefined && { limitMs }), ...(allowEmpty !== undefined && { allowEmpty }) },
        );
        return secret;
      }),

    token: (service, account, given) =>
      operate(given, async (context) => {
        const { signal: _, refresh, rejected, ...options } = given ?? {};
        if (refresh !== undefined) checkFunction('refresh', refresh);
        checkTime('limitMs', options.limitMs, shortestLimitMs);
        checkTime('marginMs', options.marginMs, 0);
        const name = toCredentialName(service, account);
        const key = toKey(name);
        const avoided = rejected ?? (options.force ? returned.get(key) : undefined);
        const tokens = await getTokens(
          context,
          name,
          {
            ...options,
            rejected: avoided,
            refresh: refresh && (async (tokens, options) => refresh(tokens, options)),
          },
          renewals.createRenew(avoided),
        );
        if (tokens === undefined) throw notSignedInError(name);
        returned.set(key, tokens.accessToken);
        return tokens.accessToken;
      }),

    setToken: (service, account, given, options) =>
      operate(options, async (context) => {
        const name = toCredentialName(service, account);
        const { saveTokens } = await import('../app/tokens/renew-tokens.ts');
        const { explainSkipped } = await import('../app/doctor/selection-report.ts');
        const { store, skipped, replaced, stale } = await saveTokens(context, name, given);
        return { store, skipped: explainSkipped(skipped, context.host), replaced, stale };
      }),

    settle: () => renewals.settle(),
  };
}

const shortestLimitMs = 1;
const longestTimeMs = 24 * 60 * 60 * 1000;

/** A comparison with `NaN` is always false, so a token that has expired would count as valid; a timer ends immediately. */
function checkTime(option: string, value: unknown, least: number): void {
  if (value === undefined || (typeof value === 'number' && value >= least && value <= longestTimeMs)) return;
  throw new CredentialError('invalid-input', `invalid ${option}`, {
    hint: `pass a number of milliseconds from ${least} to ${longestTimeMs}`,
  });
}

function checkFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new CredentialError('invalid-input', `${option} is not a function`, {
    hint:
      option === 'refresh' ? 'pass a function that returns new tokens' : 'pass a function that returns the new secret',
  });
}

function notSignedInError(name: CredentialName): CredentialError {
  return new CredentialError('not-signed-in', `no token is stored for ${formatName(name)}`, { hint: 'sign in' });
}

function toKey({ service, account }: CredentialName): string {
  return `${service}\0${account}`;
}

interface SharedRenewal {
  readonly result: Promise<TokenSet | undefined>;
  readonly cancellation: AbortController;
  waiting: number;
}

/**
 * Renews each credential once for all callers in this process. A caller that is cancelled stops waiting; if it was the last
 * one, the renewal ends too, unless the request was sent.
 */
class SharedRenewals {
  readonly #running = new Map<string, SharedRenewal>();
  readonly #closing: AbortSignal;

  constructor(closing: AbortSignal) {
    this.#closing = closing;
  }

  /** `avoided`: an access token that the caller can't use, even if it's the result of a renewal that is running. */
  createRenew(avoided: string | undefined): RenewTokens {
    return async (context, name, isValid, options) => {
      // A caller that can't renew the token reports that, and not to those that can.
      const key = `${toKey(name)}\0${options.refresh === undefined}`;
      for (;;) {
        const running = this.#running.get(key);
        const renewal = running ?? this.#start(key, context, name, isValid, options);
        const isCancelled = renewal.cancellation.signal.aborted;
        try {
          const tokens = await waitFor(renewal, context.signal);
          if (running === undefined || avoided === undefined || tokens?.accessToken !== avoided) return tokens;
        } catch (error) {
          // Those that were waiting before this caller came have cancelled it.
          const isOwn = !isCancelled || context.signal.aborted || this.#closing.aborted;
          if (isOwn || !(error instanceof CredentialError) || error.code !== 'cancelled') throw error;
        }
      }
    };
  }

  async settle(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ result }) => result));
  }

  #start(key: string, context: Context, ...args: Tail<Parameters<RenewTokens>>): SharedRenewal {
    const cancellation = new AbortController();
    const signal = AbortSignal.any([this.#closing, cancellation.signal]);
    const result = import('../app/tokens/renew-tokens.ts').then(({ renewTokens }) =>
      renewTokens({ ...context, signal }, ...args),
    );
    const renewal = { result, cancellation, waiting: 0 };
    this.#running.set(key, renewal);
    const remove = () => void this.#running.delete(key);
    result.then(remove, remove);
    return renewal;
  }
}

type Tail<List> = List extends readonly [unknown, ...infer Rest] ? Rest : never;

async function waitFor(renewal: SharedRenewal, signal: AbortSignal): Promise<TokenSet | undefined> {
  const { result, cancellation } = renewal;
  let cancel = () => {};
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new CredentialError('cancelled', 'the operation was cancelled'));
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
  });
  renewal.waiting += 1;
  try {
    return await Promise.race([result, cancelled]);
  } finally {
    signal.removeEventListener('abort', cancel);
    renewal.waiting -= 1;
    if (renewal.waiting === 0) cancellation.abort();
  }
}
