import { CredentialError } from '../../domain/credential-error.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { SilenceTimer } from '../keyrings/silence-timer.ts';
import { redact } from './redact.ts';

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
  /** Node's own by default. */
  readonly fetch?: typeof fetch;
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
 * Sends one request. Doesn't follow redirects. Whatever the outcome, no connection or timer is left behind.
 *
 * - no connection, no response in time, or a response that is too large → {@link HttpError}
 * - `signal` aborted → `cancelled`
 */
export async function sendRequest(url: URL, init: RequestInit, limits: HttpLimits): Promise<HttpResponse> {
  const { server, limitMs, signal, secrets } = limits;
  const timeout = new AbortController();
  // Time in which this process is suspended doesn't count: the response may have arrived, with the only copy of a token.
  const timer = new SilenceTimer(limitMs, { onLimit: () => timeout.abort() });
  const stopped = AbortSignal.any([timeout.signal, ...(signal ? [signal] : [])]);
  try {
    return await rejectOnAbort(exchange(url, { ...init, signal: stopped }, limits), { signal: stopped });
  } catch (error) {
    if (signal) throwIfAborted({ signal });
    if (timeout.signal.aborted)
      throw new HttpError(`${server} did not respond within ${formatDuration(limitMs)}`, true);
    throw error instanceof HttpError ? error : toHttpError(error, server, secrets);
  } finally {
    timer.pause();
    // Closes the connection if the response wasn't read to its end.
    timeout.abort();
  }
}

async function exchange(url: URL, init: RequestInit, limits: HttpLimits): Promise<HttpResponse> {
  const send = limits.fetch ?? fetch;
  const response = await send(url, { ...init, redirect: 'manual' });
  const { status, headers } = response;
  const isRedirect = status >= 300 && status < 400;
  return { status, headers, body: isRedirect ? Buffer.alloc(0) : await readBody(response, limits.server) };
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

/** `thrown`: what fetch rejects with, a TypeError whose causes have the code. */
function toHttpError(thrown: unknown, server: string, secrets: readonly string[]): HttpError {
  const chain = toCauseChain(thrown);
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
  return new HttpError(`cannot connect to ${server}: ${reason}`, !isTls);
}

function toCauseChain(thrown: unknown): readonly Error[] {
  return thrown instanceof Error ? [thrown, ...toCauseChain(thrown.cause)] : [];
}

function getCode(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Such as `5 min` or `0.2 s`. */
export function formatDuration(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}
