import { expect, test, vi } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/oauth/authorization-server.ts';
import { failure } from '../contract/errors.ts';
import { clock } from './session.ts';

const loaded = vi.hoisted(() => vi.fn());
vi.mock('openid-client', async (original) => {
  loaded();
  return original();
});

test('the client library is loaded when the provider is first asked, and not before', async () => {
  const server = createAuthorizationServer({ issuer: 'https://issuer.invalid', clientId: 'native', clock });
  await failure(server.refresh({ accessToken: 'a' }), 'not-signed-in');
  expect(loaded).not.toHaveBeenCalled();
  await failure(server.refresh({ accessToken: 'a', refreshToken: 'r' }), 'sign-in-unreachable');
  expect(loaded).toHaveBeenCalledOnce();
});
