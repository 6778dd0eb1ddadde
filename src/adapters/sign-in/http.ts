import { CredentialError } from '../../domain/credential-error.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { SilenceTimer } from '../keyrings/silence-timer.ts';
import { redact } from './redact.ts';

/** The way to a server through a proxy. */
export interface ProxyRoute {
  /** What messages call the proxy. */
  readonly label: string;
  readonly fetch: typeof fetch;
  /** Returns the error if what `fetch` threw is a failure of the proxy. */
  findError(thrown: unknown): HttpError | undefined;
  close(): Promise<void>;
}

/** Longest response body that is read, after decompression. Metadata, keys and tokens are a few KiB. */
const maxResponseBytes = 1024 * 1024;

export interface HttpLimits {
  /** What messages call the server, such as `https://dify.example.com`. */
  readonly server: string;
  /** For the whole request, including the time to read the response. */
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  /** Texts that no message may repeat. */
  readonly secrets: readonly string[];
  /** By default Node's own, or one that uses the proxy from the environment. */
  readonly fetch?: typeof fetch | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Empty for a redirect. */
  readonly body: Buffer<ArrayBuffer>;
}

/** No complete response. Has no cause, because what fetch throws can contain parts of the request or the response. */
export class HttpError extends CredentialError {
  /** Whether the same request could succeed later. */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean, hint?: string) {
    super('sign-in-unreachable', message, hint === undefined ? {} : { hint });
    this.retryable = retryable;
  }
}

/**
 * Sends one request, through the proxy that HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY choose. Doesn't follow redirects.
 * Whatever the outcome, no connection or timer is left behind.
 *
 * - no connection, no response in time, or a response that is too large → {@link HttpError}
 * - the variable of the proxy is invalid → `invalid-setting`
 * - `signal` aborted → `cancelled`
 */
export async function sendRequest(url: URL, init: RequestInit, limits: HttpLimits): Promise<HttpResponse> {
  const { server, limitMs, signal, secrets } = limits;
  const proxy = limits.fetch === undefined ? await findRoute(url) : undefined;
  const timeout = new AbortController();
  // Time in which this process is suspended doesn't count: the response may have arrived, with the only copy of a token.
  const timer = new SilenceTimer(limitMs, { onLimit: () => timeout.abort() });
  const stopped = AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]);
  try {
    const send = limits.fetch ?? proxy?.fetch ?? fetch;
    return await rejectOnAbort(exchange(send, url, { ...init, signal: stopped }, server), { signal: stopped });
  } catch (error) {
    if (signal) throwIfAborted({ signal });
    if (timeout.signal.aborted) {
      const through = proxy ? ` through ${proxy.label}` : '';
      throw new HttpError(`${server} did not respond within ${formatDuration(limitMs)}${through}`, true);
    }
    if (error instanceof HttpError) throw error;
    throw proxy?.findError(error) ?? toHttpError(error, server, secrets);
  } finally {
    timer.pause();
    // Closes the connection if the response wasn't read to its end.
    timeout.abort();
    await proxy?.close();
  }
}

const proxyVariable = /^(https?|all)_proxy$/i;

/** Loads what uses a proxy only if there is one. */
async function findRoute(url: URL): Promise<ProxyRoute | undefined> {
  if (!Object.keys(process.env).some((name) => proxyVariable.test(name) && process.env[name])) return undefined;
  return (await import('./proxy.ts')).openProxy(url, process.env);
}

async function exchange(send: typeof fetch, url: URL, init: RequestInit, server: string): Promise<HttpResponse> {
  const response = await send(url, { ...init, redirect: 'manual' });
  const { status, headers } = response;
  if (status > 599)
    throw new HttpError(`${server} responded with the invalid status ${status}`, false, invalidResponseHint);
  const isRedirect = status >= 300 && status < 400;
  return { status, headers, body: isRedirect ? Buffer.alloc(0) : await readBody(response, server) };
}

/** Statuses whose responses have no body (Fetch Standard §2.2.3); `Response` rejects one. */
const nullBodyStatuses = [204, 205, 304];

/** Returns the response as `fetch` would. */
export function toResponse({ status, headers, body }: HttpResponse): Response {
  return new Response(nullBodyStatuses.includes(status) ? null : body, { status, headers });
}

async function readBody(response: Response, server: string): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) throw new HttpError(`${server} sent a response larger than 1 MiB`, false);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const unknownAuthority = 'signed by an unknown authority';

/** By OpenSSL's code (x509_vfy.h) or Node's. */
const certificateProblems: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: 'signed by an untrusted authority',
  CERT_REJECTED: 'signed by an untrusted authority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not valid yet',
  CERT_REVOKED: 'revoked',
  CERT_SIGNATURE_FAILURE: 'invalid signature',
  ERR_TLS_CERT_ALTNAME_INVALID: 'issued for another host name',
};

/** All codes of X509_verify_cert(3) and node:tls, including those without a text above. */
const certificateCode =
  /^((CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT)_[A-Z_]+|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)$/;

/** By errno or undici's code. */
const connectionProblems: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host not found',
  EAI_AGAIN: 'DNS lookup failed',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network unreachable',
};

const tlsCode = /^(ERR_SSL_[A-Z0-9_]+|EPROTO)$/;

/** `thrown`: what fetch rejects with, a TypeError whose causes have the code. `hint`: what to do if it can't connect. */
export function toHttpError(thrown: unknown, server: string, secrets: readonly string[], hint?: string): HttpError {
  const chain = toCauseChain(thrown);
  // Stryker disable next-line StringLiteral: any text that isn't a code will do
  const code = chain.map(getCode).findLast((code) => code !== undefined) ?? '';
  if (certificateCode.test(code)) {
    const problem = certificateProblems[code];
    return new HttpError(
      `the certificate of ${server} is invalid${problem ? `: ${problem}` : ''} (${code})`,
      false,
      'if your network has its own certificate authority, set NODE_EXTRA_CA_CERTS to the file with its certificate',
    );
  }
  const isTls = tlsCode.test(code);
  const problem = isTls ? 'TLS handshake failed' : connectionProblems[code];
  const reason = problem ? `${problem} (${code})` : redact(chain.at(-1)?.message ?? 'unknown error', secrets);
  return new HttpError(`cannot connect to ${server}: ${reason}`, !isTls, hint);
}

/** Returns an error and its causes, outermost first. */
export function toCauseChain(thrown: unknown): readonly Error[] {
  return thrown instanceof Error ? [thrown, ...toCauseChain(thrown.cause)] : [];
}

function getCode(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Such as `5 min` or `0.2 s`. */
export function formatDuration(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

/**
 * Parses a `Retry-After` header (RFC 9110 §10.2.3), in seconds or as a date. Returns `undefined` if it is missing or
 * invalid.
 */
export function parseRetryAfter(headers: Headers, nowMs: number): number | undefined {
  // Stryker disable next-line StringLiteral: any text that isn't a time will do
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // All three date formats of RFC 9110 §5.6.7 begin with the day of the week. Date.parse alone accepts many others.
  const atMs = /^(Mon|Tues?|Wed|Wednes|Thu|Thurs|Fri|Sat|Satur|Sun)(day)?[, ]/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}

/** The server responded, so the network works: it isn't the right server, or it's broken. */
export const invalidResponseHint = "check the server's address; if it is right, report this to whoever runs the server";

/** What to do about a response that comes from the network's own sign-in page instead of the server, or `undefined`. */
export function captivePortalHint({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): string | undefined {
  // Stryker disable next-line StringLiteral: any text that isn't a media type will do
  const isPage = /^(text\/html|application\/xhtml\+xml)\b/i.test(headers.get('content-type') ?? '');
  const isPossible = (isPage && status < 400) || (status >= 300 && status < 400) || status === 511;
  return isPossible ? 'if this network has a sign-in page of its own, open it in a browser, and try again' : undefined;
}
