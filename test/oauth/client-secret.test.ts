import { describe, expect, test } from 'vitest';
import { clientOf } from './session.ts';
import { startStubProvider } from './stub-provider.ts';

/** How a client authenticates where it refreshes: what it has in the body, and in the header. */
async function refreshAt(methods: readonly string[] | undefined, clientSecret?: string) {
  const seen: unknown[] = [];
  const stub = await startStubProvider({
    metadata: { token_endpoint_auth_methods_supported: methods },
    token(parameters, authorization) {
      seen.push(parameters.get('client_id'), parameters.get('client_secret'), authorization);
      return { body: { access_token: 'new', token_type: 'bearer' } };
    },
  });
  const server = clientOf(stub, clientSecret === undefined ? {} : { clientSecret });
  await server.refresh({ accessToken: 'old', refreshToken: 'a-refresh-token' });
  return seen;
}

describe('a client secret is sent', () => {
  const inHeader = [null, null, `Basic ${Buffer.from('native:asecret').toString('base64')}`];

  test('in the body, where the provider says that it takes it so', async () => {
    const methods = ['client_secret_basic', 'client_secret_post'];
    expect(await refreshAt(methods, 'asecret')).toEqual(['native', 'asecret', undefined]);
  });

  test('in the header, where the provider says nothing of the body', async () => {
    expect(await refreshAt(['client_secret_basic'], 'asecret')).toEqual(inHeader);
  });

  test('in the header, where the provider says nothing', async () => {
    expect(await refreshAt(undefined, 'asecret')).toEqual(inHeader);
  });

  test.each([undefined, ''])('not at all, where it is %j', async (clientSecret) => {
    expect(await refreshAt(['client_secret_post'], clientSecret)).toEqual(['native', null, undefined]);
  });
});
