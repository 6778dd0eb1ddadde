import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialError } from '../../../domain/credential-error.ts';
import { redact } from '../redact.ts';
import {
  alreadyAnsweredPage,
  createPageHeaders,
  methodNotAllowedPage,
  notFoundPage,
  type Page,
  renderPage,
  unknownHostPage,
  wrongStatePage,
} from './page.ts';

/** As in the client's registration at the provider. */
const redirectPath = '/callback';

/** How long a browser may take to fetch the last page. */
const deliveryMs = 1000;

/** The first redirect with the right state, from the browser, which waits for {@link respond}, or pasted. */
export interface Redirect {
  readonly url: URL;
  /** Stops listening. Resolves when the browser has received the page, or has taken too long. */
  respond(page: Page): Promise<void>;
}

export interface RedirectListener {
  readonly redirectUri: string;
  readonly redirect: Promise<Redirect>;
  /** Stops listening, and closes all connections. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, on a port that the system chooses, for the redirect with this state (RFC 8252 §7.3). */
export async function listenForRedirect(state: string): Promise<RedirectListener> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening').catch(({ message }: Error) => {
    throw new CredentialError('failed', `cannot listen on 127.0.0.1 for the redirect of the sign-in: ${message}`);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = once(server, 'close');

  const redirect = new Promise<Redirect>((resolve) => {
    let answered = false;
    server.on('request', (request, response) => {
      const result = checkRequest(request, origin, state);
      if (!(result instanceof URL)) return send(response, result);
      if (answered) return send(response, alreadyAnsweredPage);
      answered = true;
      resolve({
        url: result,
        async respond(page) {
          server.close();
          send(response, page);
          await waitForDelivery(response);
        },
      });
    });
  });

  return {
    redirectUri: `${origin}${redirectPath}`,
    redirect,
    async close() {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Returns the URL of a redirect with the right state, or the page to show instead. */
function checkRequest(
  { method, url: target = '', headers }: IncomingMessage,
  origin: string,
  state: string,
): URL | Page {
  if (`http://${headers.host}` !== origin) return unknownHostPage;
  if (method !== 'GET') return methodNotAllowedPage;
  const url = URL.canParse(target, origin) ? new URL(target, origin) : undefined;
  if (url === undefined || url.origin !== origin || url.pathname !== redirectPath) return notFoundPage;
  const [received = '', ...more] = url.searchParams.getAll('state');
  return more.length === 0 && isEqual(received, state) ? url : wrongStatePage;
}

/**
 * Parses what a user pastes instead: the address of the redirect, with or without `http://`, or only its query. Returns the
 * problem if it's anything else, or reports an error: then the user can try again in the browser.
 */
export function parsePastedRedirect(pasted: string, redirectUri: string, state: string): URL | { problem: string } {
  // A terminal breaks a long line, and mail programs put an address in brackets.
  const text = pasted.replace(/\s+/g, '').replace(/^[<"'`]+|[>"'`]+$/g, '');
  if (text === '') return { problem: 'nothing was pasted' };
  const query = toQuery(text, new URL(redirectUri));
  const parameters = new URLSearchParams(query);
  const states = parameters.getAll('state');
  if (query === undefined || !(parameters.has('code') || parameters.has('error'))) {
    return { problem: `that is not the address that begins with ${redirectUri}?` };
  }
  if (states.length === 0) return { problem: 'a part of the address is missing: copy all of it' };
  if (states.length > 1 || !isEqual(states[0] ?? '', state))
    return { problem: 'that is the address of another sign-in' };
  const error = parameters.get('error');
  if (error !== null) return { problem: `the server reports ${redact(error)}; to try again, open the address above` };
  return new URL(`${redirectUri}?${query}`);
}

/** Returns `undefined` for another address. */
function toQuery(text: string, { host, pathname }: URL): string | undefined {
  const [, start = '', query] = /^([^?]*)\?(.*)$/.exec(text.replace(/#.*$/, '')) ?? [];
  if (query === undefined) return /^[\w.-]+=/.test(text) ? text : undefined;
  const place = start.replace(/^http:\/\//i, '');
  return place === '' || place === pathname || place === `${host}${pathname}` ? query : undefined;
}

function isEqual(received: string, expected: string): boolean {
  const [one, other] = [Buffer.from(received), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function send(response: ServerResponse, page: Page): void {
  const allow = page === methodNotAllowedPage ? { Allow: 'GET' } : {};
  response.writeHead(page.status, { ...createPageHeaders(), ...allow }).end(renderPage(page));
}

/** Closing the connection now could cut off the page. After the timeout, the server closes it. */
async function waitForDelivery({ socket }: ServerResponse): Promise<void> {
  if (socket === null || socket.destroyed) return;
  socket.setTimeout(deliveryMs);
  await once(socket, 'close').catch(() => undefined);
}
