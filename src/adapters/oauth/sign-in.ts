import type { TokenSet } from '../../domain/sign-in/session.ts';
import type { Ask } from '../../ports/sign-in/authorization-server.ts';
import { rejectOnAbort } from '../files/abort.ts';
import type { Call } from './call.ts';
import { checkClient } from './check-client.ts';
import { type Client, inLibrary } from './client.ts';
import { nobodyCame } from './faults.ts';
import { grantOf } from './grant.ts';
import { type Listener, listen, type Redirect } from './listener.ts';
import { notSignedIn, signedIn } from './page.ts';
import type { Settings } from './settings.ts';
import { toError } from './to-error.ts';

/** What ties a redirect, and what it is exchanged for, to the request: all of it new for each sign-in. */
interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Authorization code with PKCE on a loopback redirect (RFC 8252 §7.3, RFC 7636, OpenID Connect Core 1.0 §3.1). */
export async function signIn(client: Client, settings: Settings, ask: Ask, call: Call): Promise<TokenSet> {
  const { openid } = client;
  const attempt: Attempt = {
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    verifier: openid.randomPKCECodeVerifier(),
  };
  call.secrets.push(attempt.verifier);
  const listener = await listen(attempt.state);
  try {
    await checkClient(client, listener.redirectUri, call);
    const url = await inLibrary(call, () => addressOf(client, settings, listener.redirectUri, attempt));
    const redirect = await comingBack(listener, () => ask.url(url), settings.timeoutMs, call);
    return await finish(redirect, () => exchange(client, settings, redirect.url, attempt, call), call);
  } finally {
    await listener.close();
  }
}

async function addressOf({ openid, config }: Client, settings: Settings, redirectUri: string, attempt: Attempt) {
  const url = openid.buildAuthorizationUrl(config, {
    ...settings.parameters,
    scope: settings.scope,
    redirect_uri: redirectUri,
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
  });
  return url.href;
}

/** Sends the user there, and waits for whatever happens first: they come back, too late, or never, or are not sent. */
async function comingBack(
  listener: Listener,
  send: () => void | Promise<void>,
  timeoutMs: number,
  { signal }: Call,
): Promise<Redirect> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(nobodyCame(timeoutMs)), timeoutMs);
  });
  const sent = (async () => send())().then(() => listener.redirect);
  return rejectOnAbort(Promise.race([listener.redirect, late, sent]), signal && { signal }).finally(() =>
    clearTimeout(timer),
  );
}

/** The browser hears that it worked only once it has. */
async function finish(redirect: Redirect, exchange: () => Promise<TokenSet>, call: Call): Promise<TokenSet> {
  try {
    const grant = await exchange();
    await redirect.answer(signedIn(grant.subject));
    return grant;
  } catch (error) {
    const failure = toError(error, call);
    await redirect.answer(notSignedIn(failure.message));
    throw failure;
  }
}

async function exchange(client: Client, settings: Settings, url: URL, attempt: Attempt, call: Call): Promise<TokenSet> {
  const { openid, config } = client;
  call.secrets.push(...url.searchParams.getAll('code'));
  const askedAt = settings.clock();
  // TLS alone would do (OpenID Connect Core 1.0 §3.1.3.7), but not where a network looks into it.
  openid.enableNonRepudiationChecks(config);
  const tokens = await openid.authorizationCodeGrant(config, url, {
    pkceCodeVerifier: attempt.verifier,
    expectedState: attempt.state,
    // It makes an ID token one that has to come.
    expectedNonce: attempt.nonce,
  });
  return grantOf(tokens, askedAt, { scope: settings.scope }, call);
}
