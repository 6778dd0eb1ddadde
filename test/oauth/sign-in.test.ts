import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPage } from './fake-browser.ts';
import { createClient, now, providerForSuite, signInAt } from './oauth-client.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite();

describe('a sign-in at oidc-provider', () => {
  test('returns the tokens, their expiry, scope and subject', async () => {
    const { tokens, page } = await signInAt(createClient(provider.current()));
    expect(tokens).toEqual({
      accessToken: expect.stringMatching(/^[\w-]{43}$/),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      obtainedAt: now,
      expiresAt: '2026-11-03T10:00:00.000Z',
      scope: 'openid email profile',
      subject: { id: 'alice', email: 'alice@example.com', name: 'Alice Example' },
    });
    expect(await provider.current().isActive(tokens.accessToken)).toBe(true);
    expect(page.status).toBe(200);
    expect(readPage(page)).toBe(
      'You are signed in as alice@example.com\nYou can close this window. The command in your terminal continues.',
    );
  });

  test('works for a client with a secret', async () => {
    const { tokens } = await signInAt(createClient(provider.current(), provider.current().confidentialClient));
    expect(tokens.subject?.id).toBe('alice');
    expect(await provider.current().isActive(tokens.accessToken)).toBe(true);
  });

  test('[OA3] uses PKCE with S256, a state, a nonce and a port of its own, all new each time', async () => {
    const both = [await signInAt(createClient(provider.current())), await signInAt(createClient(provider.current()))];
    const [one, two] = both.map(({ url }) => Object.fromEntries(new URL(url).searchParams));
    expect(one).toEqual({
      response_type: 'code',
      client_id: 'native',
      scope: 'openid email profile',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    for (const part of ['state', 'nonce', 'code_challenge']) expect(one?.[part]).not.toBe(two?.[part]);
  });

  test('adds the configured parameters to the authorization URL, but replaces none of its own', async () => {
    const parameters = { access_type: 'offline', prompt: 'consent', state: 'mine', code_challenge_method: 'plain' };
    const { url } = await signInAt(createClient(provider.current(), { parameters, scope: 'openid' }));
    const { searchParams } = new URL(url);
    expect(searchParams.get('access_type')).toBe('offline');
    expect(searchParams.get('prompt')).toBe('consent');
    expect(searchParams.get('scope')).toBe('openid');
    expect(searchParams.getAll('code_challenge_method')).toEqual(['S256']);
    expect(searchParams.getAll('state')).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  });

  test('shows a page that loads and runs nothing, is not cached, and sends no referrer', async () => {
    const { page } = await signInAt(createClient(provider.current()));
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.html).toMatch(/^<!doctype html>\n<html lang="en">\n/);
    expect(page.html).toContain('\n<title>You are signed in as alice@example.com</title>\n');
    const style = /<style>([^<]*)<\/style>/.exec(page.html)?.[1] ?? '';
    expect(style).toContain('color-scheme: light dark');
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('connection')).toBe('close');
    expect(page.html).not.toMatch(/<script|<link|<img|src=|href=|url\(/);
  });
});

describe('the page shows who is signed in', () => {
  test.each([
    ['with the email address', { email: 'stub@example.com', name: 'Stub' }, 'You are signed in as stub@example.com'],
    [
      'with the name, without an email address',
      { name: ' \u001b[2JStub\u202e\nExample' },
      'You are signed in as [2JStub Example',
    ],
    ['not at all, if neither is a string', { email: 7, name: null }, 'You are signed in'],
  ])('%s', async (_, claims, title) => {
    const { tokens, page } = await signInAt(createClient(await startStubProvider({ claims })));
    expect(readPage(page).split('\n')[0]).toBe(title);
    const { email, name } = claims as Readonly<Record<string, unknown>>;
    const texts = Object.entries({ email, name }).filter(([, value]) => typeof value === 'string');
    expect(tokens.scope).toBe('openid email profile');
    expect(tokens.subject).toStrictEqual({ id: 'stub', ...Object.fromEntries(texts) });
  });
});
