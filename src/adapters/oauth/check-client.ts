import type { Call } from './call.ts';
import type { Client } from './client.ts';
import { isAnswer, isClientRefused, toError } from './to-error.ts';

/**
 * Rejects with `sign-in-refused` where the provider does not take the client, before the user is sent there: providers
 * tell only the browser so, and nobody would come back. A code that is none is refused as such by a provider that takes
 * the client, since it looks at the client first (RFC 6749 §3.2.1).
 */
export async function checkClient({ openid, config }: Client, redirectUri: string, call: Call): Promise<void> {
  const parameters = { code: 'none', redirect_uri: redirectUri, code_verifier: openid.randomPKCECodeVerifier() };
  try {
    await openid.genericGrantRequest(config, 'authorization_code', parameters);
  } catch (thrown) {
    if (isClientRefused(thrown) || !isAnswer(thrown)) throw toError(thrown, call);
  }
}
