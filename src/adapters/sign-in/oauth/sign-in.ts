import type { IDToken } from 'openid-client';
import type { CredentialError } from '../../../domain/credential-error.ts';
import type { TokenSet } from '../../../domain/token-set.ts';
import type { SignInRequest } from '../../../ports/sign-in/sign-in.ts';
import { rejectOnAbort } from '../../files/abort.ts';
import { callLibrary, type OAuthClient, type OAuthSettings, toSpendingCall } from './client.ts';
import {
  createSignedInPage,
  createSignInFailedPage,
  listenForRedirect,
  parsePastedRedirect,
  type Redirect,
  type RedirectListener,
} from './redirect-listener.ts';
import {
  isClientRejected,
  isIdTokenForeign,
  isServerResponse,
  type OAuthCall,
  protocolViolation,
  signInTimedOut,
  toError,
} from './to-error.ts';
import { findProblem, toTokenSet } from './token-response.ts';

/** Ties the redirect and the token response to this sign-in. New for each one. */
interface Challenge {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Authorization code with PKCE and a loopback redirect (RFC 8252 §7.3, RFC 7636, OpenID Connect Core 1.0 §3.1). */
export async function signIn(
  connect: (call: OAuthCall) => Promise<OAuthClient>,
  settings: OAuthSettings,
  request: SignInRequest,
  call: OAuthCall,
): Promise<TokenSet> {
  const client = await connect(call);
  const { openid } = client;
  const challenge: Challenge = {
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    verifier: openid.randomPKCECodeVerifier(),
  };
  call.secrets.push(challenge.verifier);
  const listener = await listenForRedirect(challenge.state);
  try {
    await checkClient(client, listener.redirectUri, call);
    const url = await callLibrary(call, () => authorizationUrl(client, settings, listener.redirectUri, challenge));
    const redirect = await waitForRedirect(listener, url, challenge.state, request, settings.timeoutMs);
    const { save = async () => {}, uninterrupted = (step) => step() } = request;
    const spending = toSpendingCall(call, settings);
    const exchange = async () => {
      const { tokens, problem } = await exchangeCode(
        await connect(spending),
        settings,
        redirect.url,
        challenge,
        spending,
      );
      await save(tokens);
      if (problem !== undefined) request.reportUnknownSubject?.(problem);
      return tokens;
    };
    return await uninterrupted(() => showResult(redirect, exchange, spending));
  } finally {
    await listener.close();
  }
}

/**
 * Rejects with `sign-in-refused` if the provider doesn't accept the client. Without this check, only the browser would show
 * that, and the command would wait until it times out. The check sends an invalid code: a provider authenticates the client
 * before it looks at the code (RFC 6749 §3.2.1).
 */
async function checkClient({ openid, config }: OAuthClient, redirectUri: string, call: OAuthCall): Promise<void> {
  const parameters = { code: 'none', redirect_uri: redirectUri, code_verifier: openid.randomPKCECodeVerifier() };
  try {
    await openid.genericGrantRequest(config, 'authorization_code', parameters);
  } catch (thrown) {
    if (isClientRejected(thrown) || !isServerResponse(thrown)) throw toError(thrown, call);
  }
}

async function authorizationUrl(
  { openid, config }: OAuthClient,
  settings: OAuthSettings,
  redirectUri: string,
  challenge: Challenge,
): Promise<string> {
  const url = openid.buildAuthorizationUrl(config, {
    ...settings.parameters,
    scope: settings.scope,
    redirect_uri: redirectUri,
    state: challenge.state,
    nonce: challenge.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(challenge.verifier),
    code_challenge_method: 'S256',
  });
  return url.href;
}

/**
 * Opens the URL, and waits for the redirect, from the browser or pasted. Rejects if a function of the request does, after
 * `timeoutMs`, and when the signal is aborted.
 */
async function waitForRedirect(
  listener: RedirectListener,
  url: string,
  state: string,
  request: SignInRequest,
  timeoutMs: number,
): Promise<Redirect> {
  const { signal } = request;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(signInTimedOut(timeoutMs)), timeoutMs);
  });
  const arrived = new AbortController();
  let prompt: Promise<string | undefined> | undefined;
  const ask = async (problem?: string) => {
    prompt = request.askRedirect?.(problem, arrived.signal);
    return prompt;
  };
  const open = async () => request.openUrl(url, listener.redirectUri);
  const pasted = open().then(() => askRedirect(listener, state, ask));
  try {
    return await rejectOnAbort(Promise.race([listener.redirect, timeout, pasted]), signal && { signal });
  } finally {
    clearTimeout(timer);
    arrived.abort();
    // The prompt ends before anything else is printed.
    await prompt?.catch(() => undefined);
  }
}

async function askRedirect(
  { redirectUri, redirect }: RedirectListener,
  state: string,
  ask: (problem?: string) => Promise<string | undefined>,
): Promise<Redirect> {
  for (let problem: string | undefined; ; ) {
    const pasted = await ask(problem);
    if (pasted === undefined) return redirect;
    const parsed = parsePastedRedirect(pasted, redirectUri, state);
    if (parsed instanceof URL) return { url: parsed, respond: async () => undefined };
    ({ problem } = parsed);
  }
}

/** The browser shows success only after the exchange has succeeded. */
async function showResult(redirect: Redirect, exchange: () => Promise<TokenSet>, call: OAuthCall): Promise<TokenSet> {
  try {
    const tokens = await exchange();
    await redirect.respond(createSignedInPage(tokens.subject));
    return tokens;
  } catch (thrown) {
    const error = toError(thrown, call);
    await redirect.respond(createSignInFailedPage(error.message));
    throw error;
  }
}

/**
 * Returns the tokens even if the ID token is missing or can't be verified, with the problem: it only says who signed in.
 * Rejects if it shows that the tokens are for another sign-in.
 */
async function exchangeCode(
  client: OAuthClient,
  settings: OAuthSettings,
  url: URL,
  challenge: Challenge,
  call: OAuthCall,
): Promise<{ readonly tokens: TokenSet; readonly problem: CredentialError | undefined }> {
  const { openid, config } = client;
  call.secrets.push(...url.searchParams.getAll('code'));
  const requestedAt = settings.clock();
  // TLS alone would satisfy OpenID Connect Core 1.0 §3.1.3.7, but not in a network that intercepts TLS.
  openid.enableNonRepudiationChecks(config);
  let claims: IDToken | undefined;
  let idTokenProblem: CredentialError | undefined;
  try {
    const response = await openid.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: challenge.verifier,
      expectedState: challenge.state,
      // Also makes the ID token required.
      expectedNonce: challenge.nonce,
    });
    claims = response.claims();
  } catch (thrown) {
    idTokenProblem = toError(thrown, call);
    if (isIdTokenForeign(thrown)) throw idTokenProblem;
  }
  const { received: fields } = call;
  if (fields?.access_token === undefined) throw idTokenProblem ?? protocolViolation(call, 'no tokens');
  const problem = findProblem({ fields, claims }, {}, call);
  if (problem !== undefined) throw problem;
  const tokens = toTokenSet({ fields, claims, requestedAt }, { scope: settings.scope }, fields.access_token);
  return { tokens, problem: idTokenProblem };
}
