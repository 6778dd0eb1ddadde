import { afterAll, beforeAll } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/oauth/authorization-server.ts';
import type { AuthorizationServerOptions } from '../../src/adapters/oauth/settings.ts';
import type { TokenSet } from '../../src/domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../src/ports/sign-in/authorization-server.ts';
import { type OidcProvider, type OidcProviderOptions, startOidcProvider } from '../support/oidc-provider.ts';
import { type Shown, visit } from './visitor.ts';

/** The time at which all tests are done. */
export const now = '2026-11-03T09:00:00.000Z';
export const clock = () => now;

/** A provider for the tests of a file. */
export function providerForSuite(options?: OidcProviderOptions): { readonly current: () => OidcProvider } {
  let provider: OidcProvider | undefined;
  beforeAll(async () => {
    provider = await startOidcProvider(options);
  });
  afterAll(() => provider?.stop());
  return {
    current() {
      if (provider === undefined) throw new Error('there is no provider yet');
      return provider;
    },
  };
}

/** A client without a secret, as every provider here knows it unless a test has it otherwise. */
export function clientOf(
  { issuer }: { readonly issuer: string },
  options: Partial<AuthorizationServerOptions> = {},
): AuthorizationServer {
  return createAuthorizationServer({ issuer, clientId: 'native', clock, ...options });
}

/** A whole sign-in: the grant, and what the user was shown last. */
export async function signInAt(
  server: AuthorizationServer,
  signal?: AbortSignal,
): Promise<{ readonly grant: TokenSet; readonly shown: Shown; readonly url: string }> {
  let url = '';
  let shown: Promise<Shown> | undefined;
  const grant = await server.signIn({
    url(address) {
      url = address;
      shown = visit(address);
    },
    ...(signal && { signal }),
  });
  if (shown === undefined) throw new Error('nobody was sent to the provider');
  return { grant, url, shown: await shown };
}
