import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import { isSameTokenSet, serialiseTokenSet, type TokenRenewal, type TokenSet } from '../../domain/token-set.ts';
import { type Context, renewalLimitMs } from '../context.ts';
import { encodeSecret } from '../credentials/get-credential.ts';
import { selectStore } from '../credentials/select-store.ts';
import { replaceCredential, type WriteOptions, type WriteResult } from '../credentials/set-credential.ts';
import { decodeTokenSet, type RenewOptions, type RequestTokens, refreshLimitMs } from './get-tokens.ts';
import { interpretResponse, toNewTokens, toRefreshError } from './refresh-result.ts';
import type { Renewed } from './renew.ts';
import { isSecretOf, renewCredential, saveReceived, saveRenewed } from './renew-credential.ts';

const noun = 'token';

/** Renews a stored token set unless it's valid. */
export async function renewTokens(
  context: Context,
  name: CredentialName,
  isValid: (tokens: TokenSet) => boolean,
  { startedAt, refresh, renewal, limitMs = refreshLimitMs }: RenewOptions,
): Promise<TokenSet | undefined> {
  const request = refresh
    ? (tokens: TokenSet) => requestWith(context, name, refresh, tokens, limitMs)
    : (tokens: TokenSet) => requestAtServer(context, tokens, renewal);
  return renewCredential<TokenSet>(context, name, {
    noun,
    decode: (secret) => decodeTokenSet(secret, name),
    encode: encodeTokenSet,
    isSame: isSameTokenSet,
    isValid(tokens) {
      if (isValid(tokens)) return true;
      throwFailureSince(startedAt, tokens, context.clock());
      return false;
    },
    async request(tokens) {
      // Other processes may know how to renew it, so this isn't a failure of theirs.
      if (!refresh && !canRequest(context, tokens, renewal)) throw cannotRenewError(context);
      try {
        return await request(tokens);
      } catch (error) {
        await recordFailure(context, name, tokens, error);
        throw error;
      }
    },
    lockLimitMs: Math.max(renewalLimitMs, 2 * limitMs),
  });
}

/**
 * A process that has waited for a renewal that failed fails too. Otherwise each of many processes would send a request of its
 * own, one after the other, to a server that is down, or that has ended the sign-in.
 */
function throwFailureSince(startedAt: string, { failure }: TokenSet, now: string): void {
  if (failure === undefined || failure.at < startedAt || failure.at > now) return;
  const { code, message, hint } = failure;
  throw new CredentialError(code, message, hint === undefined ? {} : { hint });
}

/** Tells the processes that wait. They can do without. */
async function recordFailure(context: Context, name: CredentialName, tokens: TokenSet, error: unknown): Promise<void> {
  if (!(error instanceof CredentialError)) return;
  const { code, message, hint } = error;
  if (code !== 'refresh-failed' && code !== 'refresh-rejected') return;
  const failure = { at: context.clock(), code, message, ...(hint !== undefined && { hint }) };
  await replaceCredential(context, name, isStored(name, tokens), encodeTokenSet({ ...tokens, failure })).catch(
    () => undefined,
  );
}

/**
 * Stores tokens that have just been received: a token set, or the response of a token endpoint in JSON. `renewal`: how to
 * renew them. No access token → `invalid-input`, and nothing is stored.
 */
export async function saveTokens(
  context: Context,
  name: CredentialName,
  given: unknown,
  { renewal, explains }: Pick<WriteOptions, 'explains'> & { readonly renewal?: TokenRenewal | undefined } = {},
): Promise<WriteResult> {
  const tokens = toNewTokens(given, context.clock());
  if (tokens === undefined) {
    throw new CredentialError('invalid-input', 'the token response has no access token, so nothing was stored', {
      hint: 'pass the JSON object that a token endpoint returns, with access_token (RFC 6749, section 5.1)',
    });
  }
  const secret = encodeTokenSet(renewal ? { ...tokens, renewal } : tokens);
  const selected = await selectStore(context, { warns: explains === undefined });
  return saveReceived(context, name, noun, secret, selected, explains);
}

export function encodeTokenSet(tokens: TokenSet): Secret {
  return encodeSecret(serialiseTokenSet(tokens));
}

/** Calls the caller's function. What it returns after the limit is stored, too: the server may have spent the old tokens. */
async function requestWith(
  context: Context,
  name: CredentialName,
  refresh: RequestTokens,
  tokens: TokenSet,
  limitMs: number,
): Promise<Renewed<TokenSet>> {
  const { renewal, clock } = context;
  const requestedAt = clock();
  let isLate = false;
  const request = async (signal: AbortSignal) => {
    const renewed = interpretResponse(await refresh(tokens, { signal }), tokens, requestedAt);
    if (isLate) await saveLate(context, name, renewed.value, tokens);
    return renewed;
  };
  try {
    return await renewal.withTimeLimit(limitMs, request, () => {
      isLate = true;
      return new CredentialError('refresh-failed', `the token was not renewed within ${limitMs / 1000} s`, {
        hint: 'try again later',
      });
    });
  } catch (error) {
    throw await toRefreshError(error, tokens, renewal.redact);
  }
}

/** Waits for no other process: one whose request is rejected meanwhile finds this result. */
function saveLate(context: Context, name: CredentialName, renewed: TokenSet, previous: TokenSet): Promise<void> {
  return saveRenewed(context, name, noun, encodeTokenSet(renewed), isStored(name, previous));
}

function isStored(name: CredentialName, tokens: TokenSet): (current: Secret | undefined) => boolean {
  return isSecretOf(
    (secret) => decodeTokenSet(secret, name),
    (current) => isSameTokenSet(current, tokens),
  );
}

function canRequest({ renewal }: Context, tokens: TokenSet, at: TokenRenewal | undefined): boolean {
  return renewal.refresh !== undefined && (at ?? tokens.renewal) !== undefined;
}

function cannotRenewError({ renewal }: Pick<Context, 'renewal'>): CredentialError {
  return new CredentialError('refresh-rejected', 'the token has to be renewed, and nothing says how', {
    hint: renewal.refresh
      ? 'sign in again, or renew it: keystow token with --refresh-command or --issuer'
      : 'sign in again, or pass refresh',
  });
}

/** `at`: another server than the stored token set names, which isn't stored. */
async function requestAtServer(
  { renewal, signal }: Context,
  tokens: TokenSet,
  at: TokenRenewal | undefined,
): Promise<Renewed<TokenSet>> {
  if (renewal.refresh === undefined) throw cannotRenewError({ renewal });
  try {
    const { tokens: renewed, problem } = await renewal.refresh(at ? { ...tokens, renewal: at } : tokens, { signal });
    const { renewal: _, ...value } = renewed;
    return {
      value: tokens.renewal ? { ...value, renewal: tokens.renewal } : value,
      ...(problem && { problem: fromServerError(problem) }),
    };
  } catch (error) {
    throw error instanceof CredentialError ? fromServerError(error) : error;
  }
}

const failureCodes: readonly ErrorCode[] = ['sign-in-unreachable', 'sign-in-refused', 'timed-out', 'failed'];

/** Replaces the codes of a sign-in. Others, such as `invalid-setting`, stay. */
function fromServerError(error: CredentialError): CredentialError {
  const { code, message, hint } = error;
  const isRejected = code === 'not-signed-in';
  if (!isRejected && !failureCodes.includes(code)) return error;
  return new CredentialError(isRejected ? 'refresh-rejected' : 'refresh-failed', message, hint ? { hint } : {});
}
