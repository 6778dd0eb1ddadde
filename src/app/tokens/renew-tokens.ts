import { CredentialError, type ErrorCode } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { isSameTokenSet, serialiseTokenSet, type TokenSet } from '../../domain/token-set.ts';
import { type Context, renewalLimitMs } from '../context.ts';
import { decodeTokenSet, type RequestTokens, refreshLimitMs, type TokenOptions } from './get-tokens.ts';
import { interpretResponse, toRefreshError } from './refresh-result.ts';
import type { Renewed } from './renew.ts';
import { renewCredential, saveRenewed } from './renew-credential.ts';

const noun = 'token';

/** Renews a stored token set unless it's valid. */
export async function renewTokens(
  context: Context,
  name: CredentialName,
  isValid: (tokens: TokenSet) => boolean,
  { refresh, limitMs = refreshLimitMs }: Pick<TokenOptions, 'refresh' | 'limitMs'>,
): Promise<TokenSet | undefined> {
  const request = refresh
    ? (tokens: TokenSet) => requestWith(context, name, refresh, tokens, limitMs)
    : (tokens: TokenSet) => requestAtServer(context, tokens);
  return renewCredential<TokenSet>(context, name, {
    noun,
    decode: (secret) => decodeTokenSet(secret, name),
    encode: encodeTokenSet,
    isValid,
    request,
    lockLimitMs: Math.max(renewalLimitMs, 2 * limitMs),
  });
}

export function encodeTokenSet(tokens: TokenSet): Secret {
  return new Secret(new TextEncoder().encode(serialiseTokenSet(tokens)));
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
  const isPrevious = (current: Secret | undefined) =>
    current !== undefined && isSameTokenSet(decodeTokenSet(current, name), previous);
  return saveRenewed(context, name, noun, encodeTokenSet(renewed), isPrevious);
}

async function requestAtServer({ renewal, signal }: Context, tokens: TokenSet): Promise<Renewed<TokenSet>> {
  if (renewal.refresh === undefined || tokens.renewal === undefined) {
    throw new CredentialError('refresh-rejected', 'the token has expired, and nothing says how to renew it', {
      hint: 'sign in again',
    });
  }
  try {
    const { tokens: value, problem } = await renewal.refresh(tokens, { signal });
    return { value, ...(problem && { problem: fromServerError(problem) }) };
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
