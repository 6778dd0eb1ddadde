import type { TokenSet } from '../../domain/sign-in/session.ts';
import type { AuthorizationServer } from '../../ports/sign-in/authorization-server.ts';
import type { Call } from './call.ts';
import { createConnector, inLibrary } from './client.ts';
import { notSignedIn } from './faults.ts';
import { grantOf } from './grant.ts';
import { revoke } from './revoke.ts';
import { type AuthorizationServerOptions, withDefaults } from './settings.ts';
import { signIn } from './sign-in.ts';

/** The port over openid-client, which is certified by the OpenID Foundation. It is loaded when first needed. */
export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const settings = withDefaults(options);
  const { issuer, limitMs, clientSecret, clock } = settings;
  const connect = createConnector(settings);

  function begin(purpose: Call['purpose'], signal: AbortSignal | undefined, grant?: TokenSet): Call {
    const tokens = [grant?.accessToken, grant?.refreshToken].filter((token) => token !== undefined);
    return { issuer, purpose, limitMs, signal, secrets: [clientSecret, ...tokens] };
  }

  return {
    async signIn(ask) {
      const call = begin('sign-in', ask.signal);
      return signIn(await connect(call), settings, ask, call);
    },

    async refresh(grant, { signal } = {}) {
      const { refreshToken } = grant;
      if (refreshToken === undefined) throw notSignedIn('it came without a refresh token');
      const call = begin('refresh', signal, grant);
      const { openid, config } = await connect(call);
      const askedAt = clock();
      const tokens = await inLibrary(call, () => openid.refreshTokenGrant(config, refreshToken));
      return grantOf(tokens, askedAt, grant, call);
    },

    async revoke(grant, { signal } = {}) {
      const call = begin('revocation', signal, grant);
      return revoke(await connect(call), grant, call);
    },
  };
}
