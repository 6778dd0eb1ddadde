import { afterAll, beforeAll } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/sign-in/oauth/authorization-server.ts';
import type { AuthorizationServerOptions } from '../../src/adapters/sign-in/oauth/client.ts';
import type { TokenSet } from '../../src/domain/token-set.ts';
import type { AuthorizationServer, SignInRequest } from '../../src/ports/sign-in/sign-in.ts';
import { expectHidden } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { type OidcProvider, type OidcProviderOptions, startOidcProvider } from '../support/oidc-provider.ts';
import { type ShownPage, visit } from './fake-browser.ts';

/** The time of all tests. */
export const now = '2026-11-03T09:00:00.000Z';
export const clock = () => now;

/** Starts one provider for all tests of a file. */
export function providerForSuite(options?: OidcProviderOptions): { readonly current: () => OidcProvider } {
  let provider: OidcProvider | undefined;
  beforeAll(async () => {
    provider = await startOidcProvider(options);
  });
  afterAll(() => provider?.stop());
  return {
    current() {
      if (provider === undefined) throw new Error('the provider has not started yet');
      return provider;
    },
  };
}

/** A client whose refresh rejects with the problem of a response. */
export interface TestClient extends Omit<AuthorizationServer, 'refresh'> {
  refresh(...args: Parameters<AuthorizationServer['refresh']>): Promise<TokenSet>;
}

/** Creates a client without a secret, which every provider in these tests knows. */
export function createClient(
  { issuer }: { readonly issuer: string },
  options: Partial<AuthorizationServerOptions> = {},
): TestClient {
  const server = createAuthorizationServer({ issuer, clientId: 'native', clock, ...options });
  return {
    ...server,
    async refresh(...args) {
      const { tokens, problem } = await server.refresh(...args);
      if (problem !== undefined) throw problem;
      return tokens;
    },
  };
}

/** Signs in, and returns the tokens and the last page that the browser shows. */
export async function signInAt(
  server: Pick<AuthorizationServer, 'signIn'>,
  signal?: AbortSignal,
  request: Partial<SignInRequest> = {},
): Promise<{ readonly tokens: TokenSet; readonly page: ShownPage; readonly url: string }> {
  let url = '';
  let page: Promise<ShownPage> | undefined;
  const tokens = await server.signIn({
    openUrl(address) {
      url = address;
      page = visit(address);
    },
    ...(signal && { signal }),
    ...request,
  });
  if (page === undefined) throw new Error('openUrl was not called');
  return { tokens, url, page: await page };
}

/** Expects that an error contains none of these texts, at any depth. */
export function expectAllHidden(error: unknown, secrets: readonly (string | undefined)[]): void {
  const known = secrets.filter((secret) => secret !== undefined && secret !== '');
  if (known.length === 0) throw new Error('there is nothing to look for');
  for (const secret of known) expectHidden(error, textSecret(secret ?? ''));
}
