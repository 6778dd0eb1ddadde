import { rejectOnAbort, throwIfAborted } from '../../files/abort.ts';
import { HttpError, sendRequest } from '../http.ts';
import { type ClassifiedResponse, classifyResponse } from './classify-response.ts';

export interface DeviceFlowClientOptions {
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
