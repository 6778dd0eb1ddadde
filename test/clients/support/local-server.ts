import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../support/certificate.ts';

/** A request as a server received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** The `Authorization` header, or '' without one. */
  readonly authorization: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A server on loopback that records what it receives. */
export interface LocalServer {
  /** Such as `127.0.0.1:41234`. */
  readonly host: string;
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object;
}

/** Starts a server. `tls`: its certificate, for 127.0.0.1. */
export async function startLocalServer(
  reply: (request: ReceivedRequest) => Reply | Promise<Reply>,
  { tls }: { readonly tls?: Certificate } = {},
): Promise<LocalServer> {
  const requests: ReceivedRequest[] = [];
  const listener: RequestListener = async (request, response) => {
    const received = await receive(request);
    requests.push(received);
    send(response, await reply(received));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    requests,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = '', url = '', headers } = request;
  return { method, path: url, authorization: headers.authorization ?? '', headers, body: Buffer.concat(chunks) };
}

function send(response: ServerResponse, { status = 200, headers = {}, body = '' }: Reply): void {
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  response.writeHead(status, isJson ? { 'content-type': 'application/json', ...headers } : headers);
  response.end(isJson ? JSON.stringify(body) : body);
}
