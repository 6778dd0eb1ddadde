import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** How the host responds to one request. */
export interface DifyAnswer {
  /** 200 by default. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string or bytes are sent unchanged. */
  readonly body?: unknown;
  /** Instead of a response: `cut` closes the connection, `silent` never responds, `half` starts a response but never ends it. */
  readonly instead?: 'cut' | 'silent' | 'half';
}

/** Responses in the order of the requests. The last one is repeated. */
export interface DifyScript {
  /** For requests for a device code. {@link codeAnswer} by default. */
  readonly code?: readonly DifyAnswer[];
  /** For requests for a token. {@link tokenAnswer} by default. */
  readonly token?: readonly DifyAnswer[];
  /** Precedes `/openapi`, such as `/dify`. */
  readonly basePath?: string;
  /** In PEM. Makes the host use TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface DifyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Parsed if it is JSON, otherwise the text. */
  readonly body: unknown;
  /** When it arrived, since the epoch. */
  readonly atMs: number;
}

export interface DifyHost {
  /** The host, as a user types it. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: readonly DifyRequest[];
  /** The number of requests whose connection is still open. */
  open(): number;
  stop(): Promise<void>;
}

/** Secrets that no message may show. */
export const deviceCode = 'dc-s3cret-device-code-7Qm2';
export const bearer = 'dfoa_s3cret-bearer-Zk41';
export const userCode = 'BDWP-HQPK';

export function codeAnswer(changes: Readonly<Record<string, unknown>> = {}): DifyAnswer {
  return {
    body: {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: 'https://cloud.dify.ai/device',
      expires_in: 900,
      interval: 5,
      ...changes,
    },
  };
}

export function tokenAnswer(changes: Readonly<Record<string, unknown>> = {}): DifyAnswer {
  const account = { id: 'acc-1', email: 'alice@example.com', name: 'Alice' };
  return { body: { token: bearer, account, token_id: 'tok-1', ...changes } };
}

/** Dify sends errors with status 400. */
export function errorAnswer(error: string, status = 400): DifyAnswer {
  return { status, body: { error } };
}

/** Starts a server on a loopback port with the part of the Dify API that a sign-in uses. */
export async function startDifyHost(script: DifyScript = {}): Promise<DifyHost> {
  const { basePath = '', tls } = script;
  const requests: DifyRequest[] = [];
  const counts = { code: 0, token: 0 };
  const open = new Set<ServerResponse>();

  function next(endpoint: 'code' | 'token'): DifyAnswer {
    const answers = script[endpoint] ?? [endpoint === 'code' ? codeAnswer() : tokenAnswer()];
    const answer = answers[Math.min(counts[endpoint], answers.length - 1)];
    counts[endpoint] += 1;
    return answer ?? { status: 500 };
  }

  const listener: RequestListener = (request, response) => {
    open.add(response);
    response.once('close', () => open.delete(response));
    // Ignores an incomplete request.
    serve(request, response).catch(() => response.destroy());
  };
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests.push(await readRequest(request));
    const endpoint = /^\/openapi\/v1\/oauth\/device\/(code|token)$/.exec(
      request.url?.slice(basePath.length) ?? '',
    )?.[1];
    const known = request.url?.startsWith(basePath) && (endpoint === 'code' || endpoint === 'token');
    respond(response, known ? next(endpoint) : { status: 404, body: 'not found' });
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`;
  return {
    url,
    requests,
    open: () => open.size,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<DifyRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, body: parse(text), atMs: Date.now() };
}

function respond(response: ServerResponse, { status = 200, headers = {}, body, instead }: DifyAnswer): void {
  if (instead === 'silent') return;
  if (instead === 'cut') {
    response.destroy();
    return;
  }
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  response.writeHead(status, { 'content-type': raw ? 'text/html' : 'application/json', ...headers });
  if (instead === 'half') response.write('{"');
  else response.end(raw ? body : JSON.stringify(body));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
