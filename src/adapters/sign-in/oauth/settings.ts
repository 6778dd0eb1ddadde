import { CredentialError } from '../../../domain/credential-error.ts';
import { isLoopback } from '../../../domain/sign-in/ip-address.ts';
import type { Clock } from '../../../ports/system.ts';
import type { TokenFields } from './token-response.ts';

export interface AuthorizationServerOptions {
  /** The provider's URL, such as `https://accounts.google.com`. `http:` only for a loopback address. */
  readonly issuer: string;
  /** Registered at the provider with the redirect URI `http://127.0.0.1/callback` at any port (RFC 8252 §7.3). */
  readonly clientId: string;
  /** For clients that have one. In a program on the user's machine it protects nothing (RFC 8252 §8.5). */
  readonly clientSecret?: string;
  /** Scopes separated by spaces, including `openid`. `openid email profile` by default. */
  readonly scope?: string;
  /** Added to the authorization URL. Google needs `access_type=offline` and `prompt=consent` for a refresh token. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** How long the user may take to sign in. 5 min by default. */
  readonly timeoutMs?: number;
  /** For each request to the provider, including the time to read the response. 10 s by default. */
  readonly limitMs?: number;
  /** The same for a request that spends a refresh token or a code: without the response, it's lost. 30 s by default. */
  readonly spendLimitMs?: number;
  readonly clock: Clock;
}

export type OAuthSettings = Required<AuthorizationServerOptions>;

/** One operation at one issuer. */
export interface OAuthCall {
  readonly issuer: string;
  readonly purpose: 'sign-in' | 'refresh' | 'revocation';
  /** For each request, including the time to read the response. */
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  /** The client secret, code, verifier and tokens so far. No message may repeat them, even if the server does. */
  readonly secrets: string[];
  /** What the token endpoint has sent, whatever the library thinks of it. */
  received?: TokenFields;
}

/** The call that spends a refresh token or a code: once it has begun, nothing cancels it. */
export function toSpendingCall(call: OAuthCall, { spendLimitMs }: OAuthSettings): OAuthCall {
  return { ...call, signal: undefined, limitMs: spendLimitMs };
}

export function withDefaults(options: AuthorizationServerOptions): OAuthSettings {
  const limits = { timeoutMs: 5 * 60_000, limitMs: 10_000, spendLimitMs: 30_000 };
  return { clientSecret: '', scope: 'openid email profile', parameters: {}, ...limits, ...options };
}

/**
 * Checks the client ID, and parses the issuer. An issuer that breaks OpenID Connect Discovery 1.0 §2, or that tokens would
 * reach unencrypted → `invalid-setting`.
 */
export function parseIssuer({ issuer, clientId }: OAuthSettings): URL {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined) throw invalidIssuerError('it is not a URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalidIssuerError('a user name, password, query or fragment is not allowed');
  }
  if (!isEncryptedOrLocal(url)) {
    throw invalidIssuerError('it would receive tokens unencrypted');
  }
  if (clientId === '') throw new CredentialError('invalid-setting', 'missing client ID');
  return url;
}

/** Whether requests to this URL can't be read on the network. */
export function isEncryptedOrLocal({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function invalidIssuerError(problem: string): CredentialError {
  return new CredentialError('invalid-setting', `invalid issuer: ${problem}`, {
    hint: 'use a URL such as https://accounts.google.com; http:// is only for a server on this machine',
  });
}
