import type { Configuration, CustomFetch, ServerMetadata } from 'openid-client';
import { CredentialError } from '../../../domain/credential-error.ts';
import { isLoopback } from '../../../domain/sign-in/ip-address.ts';
import type { Clock } from '../../../ports/system.ts';
import { sendRequest, toResponse } from '../http.ts';
import { type OAuthCall, protocolViolation, toError } from './to-error.ts';
import { measureClockDifference, parseTokenResponse } from './token-response.ts';

type OpenId = typeof import('openid-client');

/** openid-client, configured for one call. */
export interface OAuthClient {
  readonly openid: OpenId;
  readonly config: Configuration;
  readonly metadata: ServerMetadata;
}

/** A provider's metadata, once it was discovered, and its clock. */
interface Provider {
  metadata?: ServerMetadata;
  /** How far this machine's clock is from the provider's, according to its latest response. */
  clockDifferenceSeconds: number;
}

/** A clock that is further off is reported. */
const maxClockDifferenceSeconds = 24 * 3600;
/** For the time between two responses, as in openid-client. */
const clockToleranceSeconds = 30;

/** Discovers the provider once (OpenID Connect Discovery 1.0 §4), and configures a client for each call. */
export function createConnector(settings: OAuthSettings): (call: OAuthCall) => Promise<OAuthClient> {
  const provider: Provider = { clockDifferenceSeconds: 0 };

  return async (call) => {
    const issuer = parseIssuer(settings);
    const openid = await import('openid-client');
    return callLibrary(call, async () => {
      provider.metadata ??= settings.tokenEndpoint
        ? { issuer: settings.issuer, token_endpoint: settings.tokenEndpoint }
        : await discover(openid, issuer, settings.clientId, call);
      const { metadata } = provider;
      return { openid, config: configure(openid, metadata, provider, settings, call), metadata };
    });
  };
}

/** Runs `work`, and turns whatever the library throws into the errors of the port. */
export async function callLibrary<T>(call: OAuthCall, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toError(error, call);
  }
}

async function discover(openid: OpenId, issuer: URL, clientId: string, call: OAuthCall): Promise<ServerMetadata> {
  const options = {
    [openid.customFetch]: createFetch(call),
    // parseIssuer has checked the issuer's URL.
    execute: [openid.allowInsecureRequests],
  };
  const config = await openid.discovery(issuer, clientId, undefined, undefined, options);
  return config.serverMetadata();
}

function configure(
  openid: OpenId,
  metadata: ServerMetadata,
  provider: Provider,
  settings: OAuthSettings,
  call: OAuthCall,
): Configuration {
  const { clientId, clientSecret } = settings;
  const authentication = chooseAuthentication(openid, metadata, clientSecret);
  // A token is fresh by the provider's clock or by this one.
  const clockTolerance = clockToleranceSeconds + Math.min(provider.clockDifferenceSeconds, maxClockDifferenceSeconds);
  const { token_endpoint: endpoint = '' } = metadata;
  const tokenEndpoint = URL.canParse(endpoint) ? new URL(endpoint).href : undefined;
  const client = { [openid.clockTolerance]: clockTolerance };
  const config = new openid.Configuration(metadata, clientId, client, authentication);
  config[openid.customFetch] = async (address, options) => {
    const response = await createFetch(call)(address, options);
    if (address !== tokenEndpoint) return response;
    provider.clockDifferenceSeconds = measureClockDifference(response.headers, Date.now());
    const body = Buffer.from(await response.arrayBuffer());
    const parsed = parseTokenResponse({ status: response.status, headers: response.headers, body }, call);
    if (parsed.fields) call.received = parsed.fields;
    if (parsed.extra) call.extra = parsed.extra;
    return parsed.response;
  };
  if (new URL(settings.issuer).protocol === 'http:') openid.allowInsecureRequests(config);
  return config;
}

/**
 * Prefers the request body to the Authorization header: several servers don't decode the percent-encoding that RFC 6749
 * §2.3.1 requires in the header.
 */
function chooseAuthentication(openid: OpenId, metadata: ServerMetadata, clientSecret: string) {
  if (clientSecret === '') return openid.None();
  const inBody = metadata.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false;
  return inBody ? openid.ClientSecretPost(clientSecret) : openid.ClientSecretBasic(clientSecret);
}

function createFetch(call: OAuthCall): CustomFetch {
  return async (address, options) => {
    const url = new URL(address);
    const { origin } = url;
    if (!isEncryptedOrLocal(url)) {
      throw protocolViolation(call, `the endpoint ${origin} would receive tokens unencrypted`);
    }
    const server = new URL(call.issuer).origin === origin ? call.issuer : `${origin} (an endpoint of ${call.issuer})`;
    return toResponse(await sendRequest(url, options as RequestInit, { ...call, server }));
  };
}

export interface AuthorizationServerOptions {
  /** The provider's URL, such as `https://accounts.google.com`. `http:` only for a loopback address. */
  readonly issuer: string;
  /** The only endpoint of a server without metadata. Then the issuer is only what messages call it. */
  readonly tokenEndpoint?: string;
  /** Registered at the provider with the redirect URI `http://127.0.0.1/callback` at any port (RFC 8252 §7.3). */
  readonly clientId: string;
  /** For clients that have one. In a program on the user's machine it protects nothing (RFC 8252 §8.5). */
  readonly clientSecret?: string;
  /** What users do if the provider rejects the client. */
  readonly clientHint?: string;
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

/** The call that spends a refresh token or a code: once it has begun, nothing cancels it. */
export function toSpendingCall(call: OAuthCall, { spendLimitMs }: OAuthSettings): OAuthCall {
  return { ...call, signal: undefined, limitMs: spendLimitMs };
}

export function withDefaults(options: AuthorizationServerOptions): OAuthSettings {
  const limits = { timeoutMs: 5 * 60_000, limitMs: 10_000, spendLimitMs: 30_000 };
  const clientHint = 'check the client ID, and the client secret if there is one';
  const defaults = { clientSecret: '', clientHint, tokenEndpoint: '', scope: 'openid email profile', parameters: {} };
  return { ...defaults, ...limits, ...options };
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
