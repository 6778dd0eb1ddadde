import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from '../support/certificate.ts';

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent unchanged, anything else as JSON. `undefined`: no answer at all. */
  readonly body: unknown;
}

/** `parameters`: the query or the form. `authorization`: the header that authenticates the client. */
export type Script = (path: string, parameters: URLSearchParams, authorization?: string) => Answer | Promise<Answer>;

export interface StubServer {
  readonly issuer: string;
  /** The paths of all requests, in order. */
  readonly asked: readonly string[];
}

/** Starts a server that can answer what no correct provider would. It stops when the test has finished. */
export async function startStub(script: Script, certificate?: Certificate): Promise<StubServer> {
  const asked: string[] = [];
  const listener: RequestListener = async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    asked.push(url.pathname);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const parameters = request.method === 'GET' ? url.searchParams : form;
    const {
      status = 200,
      type = 'application/json',
      headers,
      body,
    } = await script(url.pathname, parameters, request.headers.authorization);
    if (body === undefined) return;
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = certificate === undefined ? createServer(listener) : createTlsServer({ ...certificate }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { issuer: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, asked };
}

/** Returns a URL where nothing listens. */
export async function findClosedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
