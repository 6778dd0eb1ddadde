import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cannotListen } from './faults.ts';
import {
  alreadyAnswered,
  anotherSignIn,
  nothingHere,
  type Page,
  pageHeaders,
  toHtml,
  wrongHost,
  wrongMethod,
} from './page.ts';

/** The path of the redirect, which the provider has in the client's registration. */
const redirectPath = '/callback';

/** How long a browser may take to fetch the last page, in ms. */
const deliveryMs = 1000;

/** The one redirect that has the right state. Its browser waits for {@link answer}. */
export interface Redirect {
  readonly url: URL;
  /** Ends the listening, and resolves once the browser has the page, or took too long. */
  answer(page: Page): Promise<void>;
}

export interface Listener {
  readonly redirectUri: string;
  readonly redirect: Promise<Redirect>;
  /** Ends the listening and every connection. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1, at a port that the system chooses, for the redirect with this state (RFC 8252 §7.3). */
export async function listen(state: string): Promise<Listener> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw cannotListen(error);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const closed = once(server, 'close');

  const redirect = new Promise<Redirect>((resolve) => {
    let answered = false;
    server.on('request', (request, response) => {
      const seen = see(request, origin, state);
      if (!(seen instanceof URL)) return send(response, seen);
      if (answered) return send(response, alreadyAnswered);
      answered = true;
      resolve({
        url: seen,
        async answer(page) {
          server.close();
          send(response, page);
          await delivered(response);
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

/** The redirect's address where its state is the right one, or else what to show. */
function see({ method, url: target = '', headers }: IncomingMessage, origin: string, state: string): URL | Page {
  if (`http://${headers.host}` !== origin) return wrongHost;
  if (method !== 'GET') return wrongMethod;
  const url = URL.canParse(target, origin) ? new URL(target, origin) : undefined;
  if (url === undefined || url.origin !== origin || url.pathname !== redirectPath) return nothingHere;
  const [given = '', ...more] = url.searchParams.getAll('state');
  return more.length === 0 && isSame(given, state) ? url : anotherSignIn;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function send(response: ServerResponse, page: Page): void {
  const allow = page === wrongMethod ? { Allow: 'GET' } : {};
  response.writeHead(page.status, { ...pageHeaders(), ...allow }).end(toHtml(page));
}

/** Closing sooner could cut off what is still on its way to the browser. The server ends a connection that times out. */
async function delivered({ socket }: ServerResponse): Promise<void> {
  if (socket === null || socket.destroyed) return;
  socket.setTimeout(deliveryMs);
  await once(socket, 'close').catch(() => undefined);
}
