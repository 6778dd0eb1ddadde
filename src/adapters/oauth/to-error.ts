import { CredentialError } from '../../domain/credential-error.ts';
import type { Call } from './call.ts';
import { cancelled, fault, not, notSignedIn } from './faults.ts';
import { oneLine } from './words.ts';

/** OAuth error codes with which the client itself is refused (RFC 6749 §5.2). */
const clientErrors = ['invalid_client', 'unauthorized_client'];
/** OAuth error codes that say that the server is not itself (RFC 6749 §4.1.2.1). */
const serverErrors = ['server_error', 'temporarily_unavailable', 'slow_down'];

/** What the library threw, as a failure of the port. Has no cause: the library's hold answers, parameters and claims. */
export function toError(thrown: unknown, call: Call): CredentialError {
  if (call.signal?.aborted) return cancelled();
  const known = knownIn(thrown);
  if (known !== undefined) return known;
  const said = saidIn(thrown);
  if (said !== undefined) return answered(said, call);
  const code = String(property(thrown, 'code') ?? '');
  const cause = property(thrown, 'cause');
  switch (code) {
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      return not(call, `it answers with status ${property(thrown, 'status')}`);
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
      return not(call, `it answers with status ${property(cause, 'status')}`);
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
      return not(call, `it answers ${typeOf(cause)} instead of JSON`);
    case 'OAUTH_PARSE_ERROR':
      return not(call, 'its answer is no JSON that can be read');
    case 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED':
      return not(call, `it calls itself ${oneLine(String(property(property(cause, 'body'), 'issuer')))}`);
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return not(call, sentenceOf(thrown), "is this machine's clock right?");
  }
  if (code.startsWith('OAUTH_')) return not(call, sentenceOf(thrown));
  // What WebCrypto calls a key that is not one, and the library `something went wrong`.
  if (cause instanceof DOMException && cause.name === 'DataError') return not(call, 'a key that it publishes is none');
  return fault('failed', `the ${call.purpose} at ${call.issuer} failed: ${oneLine(sentenceOf(thrown), call.secrets)}`);
}

/** The token endpoint answered, whatever it says: it was found and reached, and nothing was called off. */
export function isAnswer(thrown: unknown): boolean {
  const code = String(property(thrown, 'code'));
  return knownIn(thrown) === undefined && /^OAUTH_(?!.*_METADATA$)/.test(code);
}

export function isClientRefused(thrown: unknown): boolean {
  return clientErrors.includes(saidIn(thrown)?.error ?? '');
}

/** RFC 7009 §2.2.1. */
export function isTokenTypeUnsupported(thrown: unknown): boolean {
  return saidIn(thrown)?.error === 'unsupported_token_type';
}

export function isTokenGone(thrown: unknown): boolean {
  return saidIn(thrown)?.error === 'invalid_token';
}

/** What a server says of an error: a code of RFC 6749, and perhaps a sentence. */
interface Said {
  readonly error: string;
  readonly description: unknown;
  /** Said by way of the browser: to the user's request, not to the client's. */
  readonly byRedirect: boolean;
}

function saidIn(thrown: unknown): Said | undefined {
  const code = property(thrown, 'code');
  if (code === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE') return saidInChallenge(thrown);
  const byRedirect = code === 'OAUTH_AUTHORIZATION_RESPONSE_ERROR';
  if (code !== 'OAUTH_RESPONSE_BODY_ERROR' && !byRedirect) return undefined;
  return { error: String(property(thrown, 'error')), description: property(thrown, 'error_description'), byRedirect };
}

/** A client that authenticates by HTTP is refused by HTTP: 401 is `invalid_client` (RFC 6749 §5.2). */
function saidInChallenge(thrown: unknown): Said | undefined {
  const parameters = property(property(property(thrown, 'cause'), '0'), 'parameters');
  const error = property(parameters, 'error') ?? (property(thrown, 'status') === 401 ? 'invalid_client' : undefined);
  if (error === undefined) return undefined;
  return { error: String(error), description: property(parameters, 'error_description'), byRedirect: false };
}

function answered({ error, description, byRedirect }: Said, call: Call): CredentialError {
  const words = typeof description === 'string' && description !== '' ? `${description} (${error})` : error;
  const text = oneLine(words, call.secrets);
  if (byRedirect) return fault('sign-in-refused', `${call.issuer} refuses the sign-in: ${text}`);
  if (call.purpose === 'refresh' && error === 'invalid_grant') return notSignedIn(`${call.issuer} says ${text}`);
  if (clientErrors.includes(error)) {
    const hint = 'check the client ID, and the client secret where there is one';
    return fault('sign-in-refused', `${call.issuer} refuses this client: ${text}`, hint);
  }
  const code = serverErrors.includes(error) ? 'sign-in-unreachable' : 'sign-in-refused';
  return fault(code, `${call.issuer} refuses the ${call.purpose}: ${text}`);
}

/** The library's own sentence: a constant, which the innermost error of the same code has. What lies beneath is data. */
function sentenceOf(thrown: unknown): string {
  const cause = property(thrown, 'cause');
  const own = cause instanceof Error && property(cause, 'code') === property(thrown, 'code') ? cause : thrown;
  return own instanceof Error ? own.message : String(own);
}

function typeOf(response: unknown): string {
  const type = response instanceof Response ? response.headers.get('content-type') : null;
  return oneLine(type?.split(';')[0] ?? '') || 'something without a type';
}

function knownIn(error: unknown): CredentialError | undefined {
  if (error instanceof CredentialError) return error;
  return error instanceof Error ? knownIn(error.cause) : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
