import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { TokenSet } from '../../../domain/token-set.ts';
import { redact } from '../redact.ts';

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

/** What the browser shows, as plain text. */
interface Page {
  readonly status: number;
  readonly title: string;
  readonly lines: readonly string[];
}

const closing = 'You can close this window.';

export function createSignedInPage(subject: TokenSet['subject']): Page {
  const name = redact(subject?.email ?? subject?.name ?? '');
  const title = name === '' ? 'You are signed in' : `You are signed in as ${name}`;
  return { status: 200, title, lines: [`${closing} The command in your terminal continues.`] };
}

export function createSignInFailedPage(reason: string): Page {
  return {
    status: 400,
    title: 'You are not signed in',
    lines: [`${reason}.`, `${closing} The terminal shows what to do next.`],
  };
}

const wrongStatePage: Page = {
  status: 400,
  title: 'This is another sign-in',
  lines: ['The command in your terminal did not start it, and is still waiting for its own.', closing],
};

const alreadyAnsweredPage: Page = {
  status: 409,
  title: 'This sign-in has already been answered',
  lines: ['Only the first answer counts.', closing],
};

const notFoundPage: Page = { status: 404, title: 'Page not found', lines: [closing] };

const methodNotAllowedPage: Page = { status: 405, title: 'Method not allowed', lines: [closing] };

/** Protects against DNS rebinding: a page whose host name was pointed at this machine. */
const unknownHostPage: Page = { status: 421, title: 'Unknown host name', lines: [closing] };

const style = `
:root { color-scheme: light dark }
body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }
h1 { font-size: 1.5rem; overflow-wrap: anywhere }
`;

/** Renders a document that loads and runs nothing. All texts are escaped. */
function renderPage({ title, lines }: Page): string {
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${paragraphs}
</main>
</body>
</html>
`;
}

/** The URL of the page contains the code, so the page is neither stored nor sent as a referrer. */
function createPageHeaders(): Readonly<Record<string, string>> {
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
