import type { Clock } from '../../ports/clock.ts';
import { badSetting } from './faults.ts';

export interface AuthorizationServerOptions {
  /** The provider's address, such as `https://accounts.google.com`. `http:` only where it is on this machine. */
  readonly issuer: string;
  /** As the provider registered it, with the redirect `http://127.0.0.1/callback` at any port (RFC 8252 §7.3). */
  readonly clientId: string;
  /** For a client that was given one. Of a program on the user's machine it protects nothing (RFC 8252 §8.5). */
  readonly clientSecret?: string;
  /** Scopes separated by blanks; `openid` is one of them. `openid email profile` unless given. */
  readonly scope?: string;
  /** What the provider wants besides: for a refresh token Google wants `access_type=offline` and `prompt=consent`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** How long the user may take to sign in. 5 min unless given. */
  readonly timeoutMs?: number;
  /** Longest that one request to the provider may take, its answer included. 10 s unless given. */
  readonly limitMs?: number;
  readonly clock: Clock;
}

export type Settings = Required<AuthorizationServerOptions>;

export function withDefaults(options: AuthorizationServerOptions): Settings {
  const limits = { timeoutMs: 5 * 60_000, limitMs: 10_000 };
  return { clientSecret: '', scope: 'openid email profile', parameters: {}, ...limits, ...options };
}

/** The issuer as a URL. Rejects what cannot be one (OpenID Connect Discovery 1.0 §2) or would go in the clear. */
export function issuerUrl({ issuer, clientId }: Settings): URL {
  if (!URL.canParse(issuer))
    throw badSetting(`the issuer ${JSON.stringify(issuer)} is not a URL that starts with https://`);
  const url = new URL(issuer);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw badSetting('the issuer is an address without user, password, query or fragment');
  }
  if (!isGuarded(url)) {
    throw badSetting(
      `the issuer ${JSON.stringify(issuer)} is refused: over ${url.protocol} it would see tokens in the clear`,
    );
  }
  if (clientId === '') throw badSetting(`no client ID is set to sign in with at ${issuer}`);
  return url;
}

/** Whether what is sent there can be read by nobody on the way: TLS, or this machine. */
export function isGuarded({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  return ['localhost', '[::1]'].includes(hostname) || /^127(\.\d+){3}$/.test(hostname);
}
