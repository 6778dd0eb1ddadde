import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readable } from './readable.ts';
import { clientOf, providerForSuite, signInAt } from './session.ts';
import { startStubProvider } from './stub-provider.ts';

const provider = providerForSuite();

describe('signing in at oidc-provider', () => {
  test('gives the tokens, when they end, what they are for and whose they are', async () => {
    const { grant, shown } = await signInAt(clientOf(provider.current()));
    expect(grant).toEqual({
      accessToken: expect.stringMatching(/^[\w-]{43}$/),
      refreshToken: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: '2026-11-03T10:00:00.000Z',
      scope: 'openid email profile',
      subject: { id: 'alice', email: 'alice@example.com', name: 'Alice Example' },
    });
    expect(await provider.current().isActive(grant.accessToken)).toBe(true);
    expect(shown.status).toBe(200);
    expect(readable(shown.text)).toBe(
      'You are signed in as alice@example.com\nYou can close this window. The command in your terminal goes on.',
    );
  });

  test('works for a client with a secret', async () => {
    const { grant } = await signInAt(clientOf(provider.current(), provider.current().confidentialClient));
    expect(grant.subject?.id).toBe('alice');
    expect(await provider.current().isActive(grant.accessToken)).toBe(true);
  });

  test('[OA3] asks by PKCE with S256, a state and a nonce, all new each time, for a redirect to a port of its own', async () => {
    const asked = [await signInAt(clientOf(provider.current())), await signInAt(clientOf(provider.current()))];
    const [one, two] = asked.map(({ url }) => Object.fromEntries(new URL(url).searchParams));
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

  test('passes on what the provider wants besides, which replaces nothing of its own', async () => {
    const parameters = { access_type: 'offline', prompt: 'consent', state: 'mine', code_challenge_method: 'plain' };
    const { url } = await signInAt(clientOf(provider.current(), { parameters, scope: 'openid' }));
    const asked = new URL(url).searchParams;
    expect(asked.get('access_type')).toBe('offline');
    expect(asked.get('prompt')).toBe('consent');
    expect(asked.get('scope')).toBe('openid');
    expect(asked.getAll('code_challenge_method')).toEqual(['S256']);
    expect(asked.getAll('state')).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  });

  test('shows a page that runs and loads nothing, is not kept, and tells nobody its address', async () => {
    const { shown } = await signInAt(clientOf(provider.current()));
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(shown.text).toMatch(/^<!doctype html>\n<html lang="en">\n/);
    expect(shown.text).toContain('\n<title>You are signed in as alice@example.com</title>\n');
    const style = /<style>([^<]*)<\/style>/.exec(shown.text)?.[1] ?? '';
    expect(style).toContain('color-scheme: light dark');
    const hash = createHash('sha256').update(style).digest('base64');
    expect(shown.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(shown.headers.get('cache-control')).toBe('no-store');
    expect(shown.headers.get('referrer-policy')).toBe('no-referrer');
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
    expect(shown.headers.get('connection')).toBe('close');
    expect(shown.text).not.toMatch(/<script|<link|<img|src=|href=|url\(/);
  });
});

describe('the page names the user', () => {
  test.each([
    ['by address', { email: 'stub@example.com', name: 'Stub' }, 'You are signed in as stub@example.com'],
    [
      'by name, where there is no address',
      { name: ' \u001b[2JStub\u202e\nExample' },
      'You are signed in as [2JStub Example',
    ],
    ['not at all, where neither is a text', { email: 7, name: null }, 'You are signed in'],
  ])('%s', async (_, claims, title) => {
    const { grant, shown } = await signInAt(clientOf(await startStubProvider({ claims })));
    expect(readable(shown.text).split('\n')[0]).toBe(title);
    const { email, name } = claims as Readonly<Record<string, unknown>>;
    const texts = Object.entries({ email, name }).filter(([, value]) => typeof value === 'string');
    expect(grant.scope).toBe('openid email profile');
    expect(grant.subject).toStrictEqual({ id: 'stub', ...Object.fromEntries(texts) });
  });
});
