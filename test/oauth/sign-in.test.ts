import { describe, expect, test } from 'vitest';
import { clientOf, providerForSuite, signInAt } from './session.ts';

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
    expect(shown.text).toContain('<h1>You are signed in as alice@example.com</h1>');
    expect(shown.text).toContain('You can close this window.');
  });
});
