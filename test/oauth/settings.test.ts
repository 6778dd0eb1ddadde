import { describe, expect, test } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/oauth/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { closedPort } from './closed-port.ts';
import { expectAllHidden } from './hidden.ts';
import { clock } from './session.ts';

describe('settings that mean nothing are refused before anybody is asked', () => {
  const parts = 'the issuer is an address without user, password, query or fragment';
  const clear = (issuer: string, protocol: string) =>
    `the issuer "${issuer}" is refused: over ${protocol} it would see tokens in the clear`;

  test.each([
    ['no address', 'accounts.google.com', 'the issuer "accounts.google.com" is not a URL that starts with https://'],
    ['in the clear', 'http://accounts.google.com', clear('http://accounts.google.com', 'http:')],
    ['almost this machine', 'http://127.0.0.1.evil.example', clear('http://127.0.0.1.evil.example', 'http:')],
    ['another scheme', 'ftp://localhost', clear('ftp://localhost', 'ftp:')],
    ['with a user', 'https://user@accounts.google.com', parts],
    ['with a password', 'https://:the-password@accounts.google.com', parts],
    ['with a query', 'https://accounts.google.com?x=y', parts],
    ['with a fragment', 'https://accounts.google.com#x', parts],
  ])('an issuer %s', async (_, issuer, message) => {
    const server = createAuthorizationServer({ issuer, clientId: 'native', clock });
    const error = await failure(server.signIn({ url: () => expect.unreachable() }), 'invalid-setting');
    expect(error.message).toBe(message);
    expectAllHidden(error, ['the-password']);
  });

  test('no client ID', async () => {
    const server = createAuthorizationServer({ issuer: 'https://accounts.google.com', clientId: '', clock });
    const error = await failure(server.signIn({ url: () => expect.unreachable() }), 'invalid-setting');
    expect(error.message).toBe('no client ID is set to sign in with at https://accounts.google.com');
  });
});

test.each(['http://localhost:PORT', 'http://127.0.0.1:PORT', 'http://127.1.22.133:PORT', 'http://[::1]:PORT'])(
  'an issuer on this machine may go in the clear: %s',
  async (address) => {
    const issuer = address.replace('PORT', new URL(await closedPort()).port);
    const server = createAuthorizationServer({ issuer, clientId: 'native', clock });
    const refused = failure(server.refresh({ accessToken: 'a', refreshToken: 'r' }), 'sign-in-unreachable');
    expect((await refused).message).toMatch(/^cannot reach http:/);
  },
);
