import { CredentialError } from '../../../domain/credential-error.ts';
import { isObject, parseJson } from '../../../domain/text/encodings.ts';
import { captivePortalHint, type HttpResponse, invalidResponseHint, parseRetryAfter } from '../http.ts';
import { redact } from '../redact.ts';

export type JsonFields = Readonly<Record<string, unknown>>;

/** The errors of RFC 8628 §3.5 that a sign-in handles. */
const deviceErrors = ['authorization_pending', 'slow_down', 'expired_token', 'access_denied'] as const;

export type ClassifiedResponse =
  | { readonly kind: 'fields'; readonly fields: JsonFields }
  | {
      readonly kind: 'error';
      readonly error: (typeof deviceErrors)[number];
      readonly retryAfterMs: number | undefined;
    }
  /** The same request could succeed later. `reason` is a whole message. `hint`: what may help sooner. */
  | {
      readonly kind: 'retry';
      readonly reason: string;
      readonly hint?: string | undefined;
      readonly retryAfterMs: number | undefined;
    };

export interface ResponseContext {
  readonly host: string;
  /** For dates in `Retry-After`. */
  readonly nowMs: number;
  readonly secrets: readonly string[];
}

/**
 * Throws an error that ends the sign-in. Dify sends errors with status 400 or 200, so the body takes precedence over the
 * status. But a status that reports a problem of the host, such as 503, takes precedence over the body.
 */
export function classifyResponse(
  { status, headers, body }: HttpResponse,
  context: ResponseContext,
): ClassifiedResponse {
  const { host, nowMs, secrets } = context;
  const retryAfterMs = parseRetryAfter(headers, nowMs);
  const retry = (reason: string) =>
    ({ kind: 'retry', reason: `${host} responded with ${reason}`, retryAfterMs }) as const;
  if (status >= 500 || status === 408) return retry(`status ${status}`);
  const json = parseJson(new TextDecoder().decode(body));
  const fields = isObject(json) ? json : undefined;
  const error = deviceErrors.find((known) => known === fields?.error);
  if (error !== undefined) return { kind: 'error', error, retryAfterMs };
  if (status === 429) return retry('status 429: too many requests');
  // 405: a host with a page at this path that accepts no POST.
  if (status === 404 || status === 405) throw noDeviceSignInError(host);
  if (fields === undefined) {
    throw unexpectedResponseError(host, `status ${status} and no JSON object`, captivePortalHint({ status, headers }));
  }
  if (status >= 400 || fields.error) {
    const [name] = [fields.error, fields.code].map((name) => toErrorName(name, secrets)).filter(Boolean);
    throw unexpectedResponseError(host, `status ${status} and ${name ? `the error "${name}"` : 'an unnamed error'}`);
  }
  return { kind: 'fields', fields };
}

export function unexpectedResponseError(host: string, what: string, hint = invalidResponseHint): CredentialError {
  return new CredentialError('sign-in-unreachable', `${host} responded with ${what}`, { hint });
}

function noDeviceSignInError(host: string): CredentialError {
  return new CredentialError('sign-in-refused', `${host}: this host has no device sign-in`, {
    hint: 'check the host name, and whether its version of Dify supports device sign-in',
  });
}

function toErrorName(value: unknown, secrets: readonly string[]): string | undefined {
  return typeof value === 'string' ? redact(value, secrets).slice(0, 100) : undefined;
}
