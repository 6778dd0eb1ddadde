import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import { isObject } from '../../domain/text/encodings.ts';
import { isError, messageChain } from '../../domain/text/messages.ts';
import { endingErrors, parseTokenFields, parseTokenSet, toTokenSet } from '../../domain/token-response.ts';
import type { TokenSet } from '../../domain/token-set.ts';
import type { Renewed } from './renew.ts';

/**
 * Interprets what a program's own refresh returned: a token set, or the response of a token endpoint in JSON. What it leaves
 * out stays as it was. A response that reports an error → throws `refresh-rejected` or `refresh-failed`.
 */
export function interpretResponse(response: unknown, previous: TokenSet, requestedAt: string): Renewed<TokenSet> {
  const tokens = toNewTokens(response, requestedAt, previous);
  if (tokens !== undefined)
    return isUnchanged(tokens, previous, requestedAt) ? { value: tokens, problem: oldTokenError() } : { value: tokens };
  const { error, error_description: description } = isObject(response) ? response : {};
  if (typeof error === 'string' && error !== '') {
    const text = typeof description === 'string' && description !== '' ? `${description} (${error})` : error;
    throw createError(endingErrors.includes(error), text);
  }
  const problem = refreshFailed('the response has no access token');
  const { refresh_token: refreshToken } = isObject(response) ? parseTokenFields(response) : {};
  if (refreshToken === undefined) throw problem;
  const { failure: _, ...kept } = previous;
  return { value: { ...kept, refreshToken }, problem };
}

/**
 * Converts a token set or a token response of a program that embeds keystow. A field with an unexpected value counts as
 * missing, because the rest may be the only valid tokens. `undefined` if it has no access token.
 */
export function toNewTokens(
  given: unknown,
  requestedAt: string,
  previous: Partial<TokenSet> = {},
): TokenSet | undefined {
  const data = isObject(given) ? pickData(given) : {};
  return parseTokenSet(data, requestedAt, previous) ?? toTokenSet(data, requestedAt, previous);
}

/** The fields that can be read, as plain data. Some programs' objects have getters, methods or cycles. */
function pickData(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = new Set([...Object.keys(given), 'access_token', 'refresh_token', 'expires_in']);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      try {
        const text = JSON.stringify(given[name]);
        return text === undefined || text === 'null' ? [] : [[name, JSON.parse(text)]];
      } catch {
        return [];
      }
    }),
  );
}

/** A `refresh` that returns what it was called with has renewed nothing. */
function isUnchanged({ accessToken, expiresAt }: TokenSet, previous: TokenSet, requestedAt: string): boolean {
  return accessToken === previous.accessToken && expiresAt !== undefined && expiresAt <= requestedAt;
}

function oldTokenError(): CredentialError {
  return refreshFailed('the response has the old access token, which has expired');
}

type Redact = (text: string, secrets: readonly string[]) => Promise<string>;

/**
 * Converts what a program's own refresh threw. The result has no cause, because errors of HTTP clients contain requests and
 * responses. A rejection is recognised by its code: in the error itself (openid-client), its cause or its response (axios).
 */
export async function toRefreshError(thrown: unknown, tokens: TokenSet, redact: Redact): Promise<CredentialError> {
  return redactError(interpretThrown(thrown), tokens, redact);
}

function interpretThrown(thrown: unknown): CredentialError {
  try {
    if (thrown instanceof CredentialError && ownCodes.includes(thrown.code)) return thrown;
    const isRejected =
      isCredentialError(thrown) && ['refresh-rejected', 'not-signed-in'].includes(thrown.code)
        ? true
        : findErrorCodes(thrown).some((code) => endingErrors.includes(code));
    return createError(isRejected, describe(thrown));
  } catch {
    // Anything can be thrown, such as an error whose properties throw.
    return createError(false, describe(undefined));
  }
}

const ownCodes: readonly string[] = ['refresh-failed', 'refresh-rejected'];

async function redactError({ code, message, hint }: CredentialError, tokens: TokenSet, redact: Redact) {
  const text = maskTokens(await redact(message, listSecrets(tokens)));
  return new CredentialError(code, text, {
    hint: hint ?? (code === 'refresh-rejected' ? 'sign in again' : 'try again'),
  });
}

function createError(isRejected: boolean, reason: string): CredentialError {
  return isRejected
    ? new CredentialError('refresh-rejected', `the server no longer renews the token: ${reason}`, {
        hint: 'sign in again',
      })
    : refreshFailed(reason);
}

function refreshFailed(reason: string): CredentialError {
  return new CredentialError('refresh-failed', `the token could not be renewed: ${reason}`, { hint: 'try again' });
}

/** A `SyntaxError` of `JSON.parse` quotes the response. */
function describe(thrown: unknown): string {
  if (!isError(thrown)) return 'the refresh failed';
  return messageChain(thrown)
    .map((message) => (/JSON/.test(message) ? 'the response is not JSON' : message))
    .join(': ');
}

function findErrorCodes(thrown: unknown): readonly unknown[] {
  if (!isObject(thrown) && !isError(thrown)) return [];
  const { error, code, cause, response } = thrown as Readonly<Record<string, unknown>>;
  const data = isObject(response) && isObject(response.data) ? response.data : {};
  const nested = isObject(cause) || isError(cause) ? (cause as { error?: unknown }).error : undefined;
  return [error, code, nested, data.error];
}

function listSecrets({ accessToken, refreshToken, renewal, extra = {} }: TokenSet): readonly string[] {
  const others = Object.values(extra).filter((value) => typeof value === 'string' && value.length >= minTokenLength);
  return [accessToken, refreshToken, renewal?.clientSecret, ...others].filter((value) => typeof value === 'string');
}

const minTokenLength = 16;

/** Hides words that look like tokens, because the new ones aren't known: letters and digits without a break. */
function maskTokens(text: string): string {
  return text.replace(/[\w~+=-]{20,}/g, (word) => (/\d/.test(word) && /[a-z]/i.test(word) ? '[secret]' : word));
}
