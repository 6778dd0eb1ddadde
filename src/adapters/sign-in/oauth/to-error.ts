import { CredentialError, type ErrorCode } from '../../../domain/credential-error.ts';
import { endingErrors, type TokenFields } from '../../../domain/token-response.ts';
import { captivePortalHint, formatDuration, invalidResponseHint, parseRetryAfter } from '../http.ts';
import { redact } from '../redact.ts';

/** One operation at one issuer. */
export interface OAuthCall {
  readonly issuer: string;
  readonly purpose: 'sign-in' | 'refresh' | 'revocation';
  /** For each request, including the time to read the response. */
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  /** What users do if the provider rejects the client. */
  readonly clientHint: string;
  /** The client secret, code, verifier and tokens so far. No message may repeat them, even if the server does. */
  readonly secrets: string[];
  /** What the token endpoint has sent, whatever the library thinks of it. */
  received?: TokenFields;
  /** The other fields of that, without the ID token. */
  extra?: Readonly<Record<string, unknown>>;
}

/** The provider rejects the client itself (RFC 6749 §5.2). */
const clientErrors = ['invalid_client', 'unauthorized_client'];
/** The provider has a problem of its own (RFC 6749 §4.1.2.1). */
const serverErrors = ['server_error', 'temporarily_unavailable', 'slow_down'];

/** For an error that can't be told from a temporary one: a new sign-in is the last resort. */
const retryFirst = "try again; if that doesn't help, sign in again";

/**
 * Converts what openid-client throws. The result has no cause: the library's errors contain responses, parameters and
 * claims.
 */
export function toError(thrown: unknown, call: OAuthCall): CredentialError {
  if (call.signal?.aborted) return createError('cancelled', 'the sign-in was cancelled');
  const known = findCredentialError(thrown);
  if (known !== undefined) return known;
  const response = getProperty(thrown, 'response');
  if (response instanceof Response && response.status === 429) return unavailableError(response, call);
  const oauthError = findOAuthError(thrown);
  if (oauthError !== undefined) return fromOAuthError(oauthError, call);
  const code = String(getProperty(thrown, 'code') ?? '');
  const cause = getProperty(thrown, 'cause');
  switch (code) {
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      return fromStatus(getProperty(thrown, 'response'), call);
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return fromStatus(cause, call);
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
      if (cause instanceof Response && !cause.ok) return fromStatus(cause, call);
      return protocolViolation(call, `${getContentType(cause)} instead of JSON`, findCaptivePortalHint(cause));
    case 'OAUTH_PARSE_ERROR':
      return protocolViolation(call, 'malformed JSON');
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED': {
      const issuer = String(getProperty(getProperty(cause, 'body'), 'issuer'));
      return protocolViolation(call, `the metadata is for the issuer ${issuer}`);
    }
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return protocolViolation(call, getLibraryMessage(thrown), 'check whether the clock of this machine is right');
  }
  if (code.startsWith('OAUTH_')) return protocolViolation(call, getLibraryMessage(thrown));
  // WebCrypto's name for an invalid key. The library's own message is only `something went wrong`.
  if (cause instanceof DOMException && cause.name === 'DataError') {
    return protocolViolation(call, 'it publishes an invalid key');
  }
  const message = redact(getLibraryMessage(thrown), call.secrets);
  return createError('failed', `the ${call.purpose} at ${call.issuer} failed: ${message}`);
}

export function protocolViolation(
  { issuer, secrets }: OAuthCall,
  reason: string,
  hint = invalidResponseHint,
): CredentialError {
  return createError('sign-in-unreachable', `invalid response from ${issuer}: ${redact(reason, secrets)}`, hint);
}

/** A status that no OAuth error explains. */
function fromStatus(response: unknown, call: OAuthCall): CredentialError {
  if (!(response instanceof Response)) return protocolViolation(call, 'an unknown status');
  const { status } = response;
  if (status === 429 || status === 503) return unavailableError(response, call);
  const hint = captivePortalHint(response) ?? (status >= 500 ? 'try again later' : undefined);
  return protocolViolation(call, `status ${status}`, hint);
}

/** The provider is overloaded, or limits the number of requests. */
function unavailableError({ status, headers }: Pick<Response, 'status' | 'headers'>, { issuer }: OAuthCall) {
  const waitMs = parseRetryAfter(headers, Date.now());
  const hint =
    waitMs === undefined ? 'try again later' : `try again in ${Math.ceil(waitMs / 1000)} s, as the server asks`;
  const reason = status === 429 ? 'too many requests' : 'it is unavailable';
  return createError('sign-in-unreachable', `${issuer} responded with status ${status}: ${reason}`, hint);
}

function findCaptivePortalHint(response: unknown): string | undefined {
  return response instanceof Response ? captivePortalHint(response) : undefined;
}

export function signInTimedOut(timeoutMs: number): CredentialError {
  return createError('timed-out', `the sign-in was not completed within ${formatDuration(timeoutMs)}`, 'sign in again');
}

/** The refresh token is missing, or the provider no longer accepts it. */
export function signInEndedError(reason: string): CredentialError {
  return createError('not-signed-in', `the sign-in has expired or was revoked: ${reason}`, 'sign in again');
}

/** Whether the token endpoint responded at all, and the call wasn't cancelled. */
export function isServerResponse(thrown: unknown): boolean {
  const code = String(getProperty(thrown, 'code'));
  return findCredentialError(thrown) === undefined && /^OAUTH_(?!.*_METADATA$)/.test(code);
}

export function isClientRejected(thrown: unknown): boolean {
  return clientErrors.includes(findOAuthError(thrown)?.error ?? '');
}

/**
 * Whether an ID token shows that the tokens aren't those of this sign-in: it's for another one, for another client or of
 * another issuer, or its signature is forged. One that is missing or can't be verified shows nothing.
 */
export function isIdTokenForeign(thrown: unknown): boolean {
  if (getProperty(thrown, 'code') === 'OAUTH_JWT_CLAIM_COMPARISON_FAILED') return true;
  return getLibraryMessage(thrown) === 'JWT signature verification failed';
}

/** RFC 7009 §2.2.1. */
export function isTokenTypeUnsupported(thrown: unknown): boolean {
  return findOAuthError(thrown)?.error === 'unsupported_token_type';
}

export function isTokenUnknown(thrown: unknown): boolean {
  return findOAuthError(thrown)?.error === 'invalid_token';
}

/** An error as RFC 6749 defines it: a code, and optionally a description. */
interface OAuthError {
  readonly error: string;
  readonly description: unknown;
  /** Whether it came with the browser's redirect, and so is about the user's request. */
  readonly byRedirect: boolean;
}

function findOAuthError(thrown: unknown): OAuthError | undefined {
  const code = getProperty(thrown, 'code');
  if (code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return findErrorInChallenge(thrown);
  const byRedirect = code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR';
  if (code !== 'OAUTH_RESPONSE_BODY_ERROR' && !byRedirect) return undefined;
  const description = getProperty(thrown, 'error_description');
  return { error: String(getProperty(thrown, 'error')), description, byRedirect };
}

/** RFC 6749 §5.2: a client that authenticates with a header is rejected with status 401, which means `invalid_client`. */
function findErrorInChallenge(thrown: unknown): OAuthError | undefined {
  const parameters = getProperty(getProperty(getProperty(thrown, 'cause'), '0'), 'parameters');
  const isUnauthorized = getProperty(thrown, 'status') === 401;
  const error = getProperty(parameters, 'error') ?? (isUnauthorized ? 'invalid_client' : undefined);
  if (error === undefined) return undefined;
  return { error: String(error), description: getProperty(parameters, 'error_description'), byRedirect: false };
}

function fromOAuthError({ error, description, byRedirect }: OAuthError, call: OAuthCall): CredentialError {
  const { issuer, purpose } = call;
  const text = typeof description === 'string' && description !== '' ? `${description} (${error})` : error;
  const reason = redact(text, call.secrets);
  if (byRedirect) return createError('sign-in-refused', `${issuer} rejected the sign-in: ${reason}`);
  if (purpose === 'refresh' && endingErrors.includes(error)) return signInEndedError(`${issuer} reports ${reason}`);
  if (clientErrors.includes(error)) {
    return createError('sign-in-refused', `${issuer} rejected this client: ${reason}`, call.clientHint);
  }
  const message = `${issuer} rejected the ${purpose}: ${reason}`;
  if (serverErrors.includes(error)) return createError('sign-in-unreachable', message, 'try again later');
  return createError('sign-in-refused', message, purpose === 'refresh' ? retryFirst : undefined);
}

/** The library's own message is the innermost one with the same code. Causes below it contain data. */
function getLibraryMessage(thrown: unknown): string {
  const cause = getProperty(thrown, 'cause');
  const own = cause instanceof Error && getProperty(cause, 'code') === getProperty(thrown, 'code') ? cause : thrown;
  return own instanceof Error ? own.message : String(own);
}

function getContentType(response: unknown): string {
  const type = response instanceof Response ? response.headers.get('content-type') : null;
  return type?.split(';')[0] || 'a response without a type';
}

function findCredentialError(thrown: unknown): CredentialError | undefined {
  if (thrown instanceof CredentialError) return thrown;
  return thrown instanceof Error ? findCredentialError(thrown.cause) : undefined;
}

function getProperty(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function createError(code: ErrorCode, message: string, hint?: string): CredentialError {
  return new CredentialError(code, message, hint === undefined ? {} : { hint });
}
