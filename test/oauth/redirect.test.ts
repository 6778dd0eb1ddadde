import { request } from 'node:http';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { TokenSet } from '../../src/domain/sign-in/session.ts';
import { failure } from '../contract/errors.ts';
import { needsLinux } from '../support/needs.ts';
import { readable } from './readable.ts';
import { clientOf, providerForSuite } from './session.ts';
import { type Shown, visit } from './visitor.ts';

const provider = providerForSuite();

let address: string;
let redirectUri: string;
let state: string;
let signedIn: Promise<TokenSet>;

/** Begins a sign-in, which waits for the redirect. */
beforeEach(async () => {
  const controller = new AbortController();
  address = await new Promise<string>((url, reject) => {
    signedIn = clientOf(provider.current()).signIn({ url, signal: controller.signal });
    signedIn.catch(reject);
  });
  redirectUri = new URL(address).searchParams.get('redirect_uri') ?? '';
  state = new URL(address).searchParams.get('state') ?? '';
  onTestFinished(() => controller.abort());
});

/** `fetch` sends no Host header but the right one. */
function raw(path: string, options: { readonly method?: string; readonly host?: string }): Promise<Shown> {
  const { method = 'GET', host } = options;
  const url = new URL(redirectUri);
  const target = path.startsWith('?') ? `${url.pathname}${path}` : path;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { method, path: target, ...(host !== undefined && { headers: { host } }) },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        const headers = new Headers(response.headers as Record<string, string>);
        response.on('end', () => resolve({ url: url.href, status: response.statusCode ?? 0, text, headers }));
      },
    );
    asked.on('error', reject).end();
  });
}

async function expectStillWaiting(): Promise<void> {
  const shown = await visit(address);
  expect(shown.text).toContain('You are signed in as alice@example.com');
  expect((await signedIn).subject?.id).toBe('alice');
}

describe('what does not belong to the sign-in is turned away, and the sign-in goes on', () => {
  const another = `This does not belong to the sign-in
It was not asked for by the command that waits here, which goes on waiting.
You can close this window.`;
  const nothing = 'There is nothing here\nYou can close this window.';

  test.each([
    ['another state', '?state=another&code=x', 400, another],
    ['no state', '?code=x', 400, another],
    ['an error with another state', '?state=another&error=access_denied', 400, another],
    ['the state twice', '?state=STATE&state=STATE&code=x', 400, another],
    ['the state and more', '?state=STATEx&code=x', 400, another],
    ['favicon.ico', '/favicon.ico', 404, nothing],
    ['the root', '/', 404, nothing],
    ['a path below', '/callback/?state=STATE&code=x', 404, nothing],
    ['a path that is none', '//', 404, nothing],
    ['an address elsewhere', 'http://evil.example/callback?state=STATE&code=x', 404, nothing],
  ])('%s', async (_, target, status, page) => {
    const shown = await raw(target.replaceAll('STATE', state), {});
    expect(shown.status).toBe(status);
    expect(readable(shown.text)).toBe(page);
    expect(shown.headers.has('allow')).toBe(false);
    await expectStillWaiting();
  });

  test.each(['POST', 'HEAD', 'OPTIONS', 'PUT'])('%s', async (method) => {
    const shown = await raw(`?state=${state}&code=x`, { method });
    expect(shown.status).toBe(405);
    expect(shown.headers.get('allow')).toBe('GET');
    if (method !== 'HEAD') expect(readable(shown.text)).toBe('This can only be read\nYou can close this window.');
    await expectStillWaiting();
  });

  test.each(['evil.example', 'localhost:PORT', '127.0.0.1', '127.0.0.1:1'])('the Host %s', async (name) => {
    const host = name.replace('PORT', new URL(redirectUri).port);
    const shown = await raw(`?state=${state}&code=x`, { host });
    expect(shown.status).toBe(421);
    expect(readable(shown.text)).toBe('This is not the server for that name\nYou can close this window.');
    await expectStillWaiting();
  });
});

test('no other address of this machine is listened at', needsLinux, async () => {
  const elsewhere = redirectUri.replace('127.0.0.1', '127.0.0.2');
  await expect(fetch(`${elsewhere}?state=${state}&code=x`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await expectStillWaiting();
});

describe('the redirect with the right state ends the sign-in', () => {
  test('with a refusal: in the words of the server, here and in the browser', async () => {
    const refused = failure(signedIn, 'sign-in-refused');
    const shown = await visit(address, 'deny');
    const { message } = await refused;
    expect(message).toBe(`${provider.current().issuer} refuses the sign-in: Alice would rather not (access_denied)`);
    expect(shown.status).toBe(400);
    expect(readable(shown.text)).toBe(
      `You are not signed in\n${message}.\nYou can close this window. The terminal says what to do.`,
    );
  });

  test('with a code that the server never gave: the page is a bad one', async () => {
    const refused = failure(signedIn, 'sign-in-refused');
    const iss = encodeURIComponent(provider.current().issuer);
    const shown = await raw(`?state=${state}&iss=${iss}&code=a-code-of-my-own`, {});
    expect(shown.text).toContain('<h1>You are not signed in</h1>');
    expect((await refused).message).toContain('(invalid_grant)');
  });

  test('as if from another provider: RFC 9207', async () => {
    const refused = failure(signedIn, 'sign-in-unreachable');
    const shown = await raw(`?state=${state}&iss=https%3A%2F%2Fevil.example&code=x`, {});
    expect(shown.text).toContain('You are not signed in');
    expect((await refused).message).toContain('unexpected "iss" (issuer) response parameter value');
  });

  test('with words that would be markup: they are text', async () => {
    const refused = failure(signedIn, 'sign-in-refused');
    const words = '</p><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\r\n\u001b[31m\u202ered';
    const iss = encodeURIComponent(provider.current().issuer);
    const shown = await raw(
      `?state=${state}&iss=${iss}&error=%3Cb%3E&error_description=${encodeURIComponent(words)}`,
      {},
    );
    expect(shown.text).not.toMatch(/<script|<img|<b>|onerror=alert\(1\)>|[^\P{C}\n]/u);
    expect(shown.text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
    const { message } = await refused;
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(message).toContain('</p><script>alert(1)</script>');
  });

  test('with words without end: they are cut', async () => {
    const refused = failure(signedIn, 'sign-in-refused');
    const iss = encodeURIComponent(provider.current().issuer);
    await raw(`?state=${state}&iss=${iss}&error=x&error_description=${'y'.repeat(9000)}`, {});
    expect((await refused).message.length).toBeLessThan(400);
  });
});
