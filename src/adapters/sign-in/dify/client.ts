import { CredentialError } from '../../../domain/credential-error.ts';
import { isObject, parseJson } from '../../../domain/text/encodings.ts';
import { rejectOnAbort, throwIfAborted } from '../../files/abort.ts';
import {
  captivePortalHint,
  HttpError,
  type HttpResponse,
  invalidResponseHint,
  parseRetryAfter,
  sendRequest,
} from '../http.ts';
import { redact } from '../redact.ts';

interface DeviceFlowClientOptions {
  /** As `parseDifyHost` spells it. */
  readonly host: string;
  readonly fetch: typeof fetch | undefined;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly nowMs: () => number;
  /** For each request, including the time to read the response. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** One sign-in at one Dify host. All methods reject with `cancelled` as soon as the signal is aborted. */
export interface DeviceFlowClient {
  readonly host: string;
  nowMs(): number;
  /** `leftMs` bounds the request further. No error contains the device code. */
  post(
    endpoint: 'code' | 'token',
    parameters: RequestParameters,
    leftMs: number,
    options?: { readonly ignoresSignal: boolean },
  ): Promise<ClassifiedResponse>;
  wait(ms: number): Promise<void>;
}

interface RequestParameters {
  readonly device_label?: string;
  readonly device_code?: string;
}

const clientId = 'difyctl';

export function createDeviceFlowClient(options: DeviceFlowClientOptions): DeviceFlowClient {
  const { host, nowMs, signal } = options;
  return {
    host,
    nowMs,

    async post(endpoint, parameters, leftMs, { ignoresSignal } = { ignoresSignal: false }) {
      const url = new URL(`${host}/openapi/v1/oauth/device/${endpoint}`);
      const secrets = parameters.device_code === undefined ? [] : [parameters.device_code];
      const request = {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ client_id: clientId, ...parameters }),
      };
      const limitMs = Math.min(options.limitMs, leftMs);
      const limits = { ...options, limitMs, server: host, secrets, signal: ignoresSignal ? undefined : signal };
      try {
        const response = await sendRequest(url, request, limits);
        if (response.status >= 300 && response.status < 400) {
          throw redirectError(host, url, response.headers.get('location'), secrets);
        }
        return classifyResponse(response, { host, nowMs: nowMs(), secrets });
      } catch (error) {
        if (!(error instanceof HttpError && error.retryable)) throw error;
        return { kind: 'retry', reason: error.message, hint: error.hint, retryAfterMs: undefined };
      }
    },

    async wait(ms) {
      try {
        await rejectOnAbort(options.wait(ms, signal), { signal });
      } catch (error) {
        throwIfAborted({ signal });
        throw error;
      }
    },
  };
}

/** Not followed, because that could send the device code to any host (RFC 9110 §15.4). */
function redirectError(host: string, url: URL, location: string | null, secrets: readonly string[]): HttpError {
  const message = `${host} redirects to another address, which a sign-in does not follow`;
  const target = location !== null && URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  // A host name could contain the device code, so it is shown only if none has been sent.
  const canShow = target !== undefined && target.host !== '' && secrets.length === 0;
  return new HttpError(message, false, canShow ? `if that is correct, sign in at ${target.origin}` : undefined);
}

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

interface ResponseContext {
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
