import { describe, expect, test } from 'vitest';
import { parsePastedRedirect } from '../../src/adapters/sign-in/oauth/redirect-listener.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { visit } from './fake-browser.ts';
import { createClient } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';

const redirectUri = 'http://127.0.0.1:41231/callback';
const state = 's-t_a.te';
const query = `code=a%2Fb&state=${state}&iss=https%3A%2F%2Fid.example`;

describe('a pasted redirect', () => {
  test.each([
    `${redirectUri}?${query}`,
    `  ${redirectUri}?${query}\n`,
    `"${redirectUri}?${query}"`,
    `<${redirectUri}?${query}>`,
    `${redirectUri}?${query}#`,
    `127.0.0.1:41231/callback?${query}`,
    `/callback?${query}`,
    `?${query}`,
    query,
    `${redirectUri}?code=a%2\nFb&state=${state}&iss=https%3A%\r\n  2F%2Fid.example`,
  ])('is accepted as %j', (pasted) => {
    const url = parsePastedRedirect(pasted, redirectUri, state);
    expect(url instanceof URL && url.href).toBe(`${redirectUri}?${query}`);
  });

  const notRedirect = `that is not the address that begins with ${redirectUri}?`;

  test.each([
    ['', 'nothing was pasted'],
    [' \n ', 'nothing was pasted'],
    ['y', notRedirect],
    ['a-code-by-itself', notRedirect],
    [redirectUri, notRedirect],
    [`https://evil.example/callback?${query}`, notRedirect],
    [`http://127.0.0.1:1/callback?${query}`, notRedirect],
    [`https://id.example/authorize?state=${state}&client_id=native`, notRedirect],
    [`${redirectUri}?state=${state}`, notRedirect],
    [`${redirectUri}?code=a`, 'a part of the address is missing: copy all of it'],
    [`${redirectUri}?code=a&state=another`, 'that is the address of another sign-in'],
    [`${redirectUri}?code=a&state=${state}&state=another`, 'that is the address of another sign-in'],
    [
      `${redirectUri}?error=access_denied&state=${state}`,
      'the server reports access_denied; to try again, open the address above',
    ],
  ])('%j is rejected', (pasted, problem) => {
    expect(parsePastedRedirect(pasted, redirectUri, state)).toEqual({ problem });
  });
});

describe('a sign-in whose browser is on another machine', () => {
  /** Follows the redirects as a browser that can't reach the last address, and returns that. */
  async function findRedirect(url: string): Promise<string> {
    const response = await fetch(url, { redirect: 'manual' });
    return response.headers.get('location') ?? '';
  }

  test('succeeds with the pasted address, after any number of wrong ones', async () => {
    const stub = await startStubProvider({});
    const problems: (string | undefined)[] = [];
    let redirect = '';
    const tokens = await createClient(stub).signIn({
      async openUrl(url, redirectUri) {
        redirect = await findRedirect(url);
        expect(redirect.startsWith(`${redirectUri}?`)).toBe(true);
      },
      async askRedirect(problem) {
        problems.push(problem);
        return ['', redirect.replace(/state=[^&]+/, 'state=another'), redirect][problems.length - 1];
      },
    });
    expect(tokens.accessToken).toBe(stub.tokens.access_token);
    expect(problems).toEqual([undefined, 'nothing was pasted', 'that is the address of another sign-in']);
  });

  test('ends the prompt if the browser reaches this machine after all', async () => {
    const stub = await startStubProvider({});
    let page: Promise<unknown> | undefined;
    let isEnded = false;
    await createClient(stub).signIn({
      openUrl: (url) => {
        page = visit(url);
      },
      askRedirect: (_, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            isEnded = true;
            reject(new CredentialError('cancelled', 'cancelled'));
          });
        }),
    });
    await page;
    expect(isEnded).toBe(true);
  });

  test('still waits for the browser if nobody can be asked', async () => {
    const stub = await startStubProvider({});
    let url = '';
    const tokens = await createClient(stub).signIn({
      openUrl: (address) => {
        url = address;
      },
      async askRedirect() {
        setTimeout(() => visit(url), 0);
        return undefined;
      },
    });
    expect(tokens.accessToken).toBe(stub.tokens.access_token);
  });

  test('is cancelled if the prompt is', async () => {
    const signedIn = createClient(await startStubProvider({})).signIn({
      openUrl() {},
      askRedirect: () => Promise.reject(new CredentialError('cancelled', 'the prompt was cancelled')),
    });
    await failure(signedIn, 'cancelled');
  });
});
