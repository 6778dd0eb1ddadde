import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificate.ts';

export interface HttpProxy {
  readonly url: string;
  /** All requests in order, such as `CONNECT issuer.example:443` or `GET http://dify.example/`. */
  readonly requests: readonly string[];
  /** The value of `Proxy-Authorization` in each request. */
  readonly authorizations: readonly (string | undefined)[];
  /** The connections to the proxy, and through it. */
  countConnections(): number;
}

export interface HttpProxyOptions {
  /** The port on 127.0.0.1 that every host is reached at: the proxy resolves no names. */
  readonly port?: number;
  /** The status of every response, instead of a connection. */
  readonly status?: number;
  /** Closes the connection instead of responding. */
  readonly cuts?: boolean;
  /** `USER:PASSWORD`, required of every request. */
  readonly credentials?: string;
  /** Makes it a proxy that is itself contacted with TLS. */
  readonly certificate?: Certificate;
}

/** Starts an HTTP proxy (RFC 9110 §9.3.6, RFC 9112 §3.2.2). It stops when the test has finished. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const requests: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Duplex>();
  const expected = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;

  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  }

  /** Returns the status to reject a request with. */
  function receive({ method, url, headers }: IncomingMessage): number | undefined {
    const authorization = headers['proxy-authorization'];
    requests.push(`${method} ${url}`);
    authorizations.push(authorization);
    if (expected !== undefined && authorization !== expected) return 407;
    return options.status;
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const status = receive(request);
    if (options.cuts) return void response.destroy();
    if (status !== undefined) return void response.writeHead(status).end();
    const { pathname, search } = new URL(request.url ?? '');
    const path = pathname + search;
    const { method, headers } = request;
    const onward = sendRequest({ port: options.port, host: '127.0.0.1', method, path, headers }, (answer) => {
      const { connection: _, 'keep-alive': __, ...forwarded } = answer.headers;
      response.writeHead(answer.statusCode ?? 500, forwarded);
      answer.pipe(response);
    });
    request.pipe(onward);
  }

  function tunnel(request: IncomingMessage, socket: Duplex): void {
    const status = receive(request);
    if (options.cuts) return void socket.destroy();
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const onward = connect(options.port ?? 0, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    track(onward);
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  }

  const { certificate } = options;
  const server = certificate === undefined ? createServer(forward) : createTlsServer({ ...certificate }, forward);
  server.on('connect', tunnel);
  server.on('connection', track);
  // The proxy closes no connection by itself, and asks for none to be closed.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const url = `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  return { url, requests, authorizations, countConnections: () => sockets.size };
}
