import { describe, expect, test } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/oauth/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { expectAllHidden } from './hidden.ts';
import { clock } from './session.ts';

describe('settings that mean nothing are refused before anybody is asked', () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['no address', 'accounts.google.com', /is not a URL that starts with https:\/\//],
    ['in the clear', 'http://accounts.google.com', /is refused: over http: it would see tokens in the clear/],
    ['almost this machine', 'http://127.0.0.1.evil.example', /is refused/],
    ['another scheme', 'ftp://accounts.google.com', /is refused/],
    ['with a password', 'https://user:the-password@accounts.google.com', /without user, password, query or fragment/],
    ['with a query', 'https://accounts.google.com?x=y', /without user, password, query or fragment/],
  ];

  test.each(refused)('an issuer %s', async (_, issuer, message) => {
    const server = createAuthorizationServer({ issuer, clientId: 'native', clock });
    const error = await failure(server.signIn({ url: () => expect.unreachable() }), 'invalid-setting');
    expect(error.message).toMatch(message);
    expectAllHidden(error, ['the-password']);
  });

  test('no client ID', async () => {
    const server = createAuthorizationServer({ issuer: 'https://accounts.google.com', clientId: '', clock });
    const error = await failure(server.signIn({ url: () => expect.unreachable() }), 'invalid-setting');
    expect(error.message).toBe('no client ID is set to sign in with at https://accounts.google.com');
  });
});
