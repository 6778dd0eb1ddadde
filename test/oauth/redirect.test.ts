import { request } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { TokenSet } from '../../src/domain/token-set.ts';
import { failure } from '../contract/errors.ts';
import { needsLinux } from '../support/needs.ts';
import { readPage, type ShownPage, visit } from './fake-browser.ts';
import { createClient, providerForSuite } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite();

let address: string;
let redirectUri: string;
let state: string;
let signedIn: Promise<TokenSet>;

/** Starts a sign-in, which then waits for the redirect. */
beforeEach(async () => {
  const controller = new AbortController();
  address = await new Promise<string>((openUrl, reject) => {
    signedIn = createClient(provider.current()).signIn({ openUrl, signal: controller.signal });
    signedIn.catch(reject);
  });
  redirectUri = new URL(address).searchParams.get('redirect_uri') ?? '';
  state = new URL(address).searchParams.get('state') ?? '';
  onTestFinished(() => controller.abort());
});

/** Sends a request to the listener. Not with `fetch`, which can't send another Host header. */
function send(target: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<ShownPage> {
  const { method = 'GET', host } = options;
  const url = new URL(redirectUri);
  const path = target.startsWith('?') ? `${url.pathname}${target}` : target;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, path, ...(host !== undefined && { headers: { host } }) }, (response) => {
      let html = '';
      response.on('data', (chunk) => {
        html += chunk;
      });
      const headers = new Headers(response.headers as Record<string, string>);
      response.on('end', () => resolve({ url: url.href, status: response.statusCode ?? 0, html, headers }));
    });
    sent.on('error', reject).end();
  });
}

async function expectStillWaiting(): Promise<void> {
  const page = await visit(address);
  expect(page.html).toContain('You are signed in as alice@example.com');
  expect((await signedIn).subject?.id).toBe('alice');
}

describe('the sign-in continues after', () => {
  const wrongState = `This is another sign-in
The command in your terminal did not start it, and is still waiting for its own.
You can close this window.`;
  const notFound = 'Page not found\nYou can close this window.';

  test.each([
    ['another state', '?state=another&code=x', 400, wrongState],
    ['no state', '?code=x', 400, wrongState],
    ['an error with another state', '?state=another&error=access_denied', 400, wrongState],
    ['the state twice', '?state=STATE&state=STATE&code=x', 400, wrongState],
    ['a state that begins with the right one', '?state=STATEx&code=x', 400, wrongState],
    ['a request for favicon.ico', '/favicon.ico', 404, notFound],
    ['a request for the root', '/', 404, notFound],
    ['a request for a longer path', '/callback/?state=STATE&code=x', 404, notFound],
    ['a request for an invalid path', '//', 404, notFound],
    ['a request for another host’s URL', 'http://evil.example/callback?state=STATE&code=x', 404, notFound],
  ])('%s', async (_, target, status, text) => {
    const page = await send(target.replaceAll('STATE', state));
    expect(page.status).toBe(status);
    expect(readPage(page)).toBe(text);
    expect(page.headers.has('allow')).toBe(false);
    await expectStillWaiting();
  });

  test.each(['POST', 'HEAD', 'OPTIONS', 'PUT'])('a %s request', async (method) => {
    const page = await send(`?state=${state}&code=x`, { method });
    expect(page.status).toBe(405);
    expect(page.headers.get('allow')).toBe('GET');
    if (method !== 'HEAD') expect(readPage(page)).toBe('Method not allowed\nYou can close this window.');
    await expectStillWaiting();
  });

  test.each(['evil.example', 'localhost:PORT', '127.0.0.1', '127.0.0.1:1'])('the Host header %s', async (name) => {
    const host = name.replace('PORT', new URL(redirectUri).port);
    const page = await send(`?state=${state}&code=x`, { host });
    expect(page.status).toBe(421);
    expect(readPage(page)).toBe('Unknown host name\nYou can close this window.');
    await expectStillWaiting();
  });
});

test('the listener uses only 127.0.0.1', needsLinux, async () => {
  const elsewhere = redirectUri.replace('127.0.0.1', '127.0.0.2');
  await expect(fetch(`${elsewhere}?state=${state}&code=x`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await expectStillWaiting();
});

describe('the redirect with the right state ends the sign-in', () => {
  test('after a refusal, whose description the program and the browser show', async () => {
    const denied = failure(signedIn, 'sign-in-refused');
    const page = await visit(address, 'deny');
    const { message } = await denied;
    expect(message).toBe(`${provider.current().issuer} rejected the sign-in: Alice would rather not (access_denied)`);
    expect(page.status).toBe(400);
    expect(readPage(page)).toBe(
      `You are not signed in\n${message}.\nYou can close this window. The terminal shows what to do next.`,
    );
  });

  test('with a code that the provider did not issue', async () => {
    const rejected = failure(signedIn, 'sign-in-refused');
    const iss = encodeURIComponent(provider.current().issuer);
    const page = await send(`?state=${state}&iss=${iss}&code=a-code-of-my-own`);
    expect(page.html).toContain('<h1>You are not signed in</h1>');
    expect((await rejected).message).toContain('(invalid_grant)');
  });

  test('with the iss of another provider (RFC 9207)', async () => {
    const rejected = failure(signedIn, 'sign-in-unreachable');
    const page = await send(`?state=${state}&iss=https%3A%2F%2Fevil.example&code=a-code-of-my-own`);
    expect(page.html).toContain('You are not signed in');
    expect((await rejected).message).toContain('unexpected "iss" (issuer) response parameter value');
  });

  test('with a description that contains markup, which is escaped', async () => {
    const rejected = failure(signedIn, 'sign-in-refused');
    const description = '</p><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\r\n\u001b[31m\u202ered';
    const iss = encodeURIComponent(provider.current().issuer);
    const { html } = await send(
      `?state=${state}&iss=${iss}&error=%3Cb%3E&error_description=${encodeURIComponent(description)}`,
    );
    expect(html).not.toMatch(/<script|<img|<b>|onerror=alert\(1\)>|[^\P{C}\n]/u);
    expect(html).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    const { message } = await rejected;
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(message).toContain('</p><script>alert(1)</script>');
  });

  test('with a very long description, which is cut', async () => {
    const rejected = failure(signedIn, 'sign-in-refused');
    const iss = encodeURIComponent(provider.current().issuer);
    await send(`?state=${state}&iss=${iss}&error=x&error_description=${'y'.repeat(9000)}`);
    expect((await rejected).message.length).toBeLessThan(400);
  });
});

test('the first of two redirects counts', async () => {
  let redirect = '';
  let second: Promise<Response> | undefined;
  const stub = await startStubProvider({
    async before(path) {
      if (path !== '/jwks') return;
      second = fetch(redirect);
      await second;
    },
  });
  let page: Promise<ShownPage> | undefined;
  const { accessToken } = await createClient(stub).signIn({
    openUrl(url) {
      const { searchParams } = new URL(url);
      redirect = `${searchParams.get('redirect_uri')}?state=${searchParams.get('state')}&code=another`;
      page = visit(url);
    },
  });
  expect(accessToken).toBe(stub.tokens.access_token);
  expect((await page)?.html).toContain('You are signed in');
  const response = await second;
  expect(response?.status).toBe(409);
  expect(readPage({ html: (await response?.text()) ?? '' })).toBe(
    'This sign-in has already been answered\nOnly the first answer counts.\nYou can close this window.',
  );
});
