import type {
  Configuration,
  CustomFetch,
  ServerMetadata,
  TokenEndpointResponse,
  TokenEndpointResponseHelpers,
} from 'openid-client';
import type { TokenSet } from '../../../domain/sign-in/session.ts';
import { sendRequest } from '../http.ts';
import { isEncryptedOrLocal, type OAuthCall, type OAuthSettings, parseIssuer } from './settings.ts';
import { protocolViolation, toError } from './to-error.ts';

type OpenId = typeof import('openid-client');

/** openid-client, configured for one call. */
export interface OAuthClient {
  readonly openid: OpenId;
  readonly config: Configuration;
  readonly metadata: ServerMetadata;
}

/** Discovers the provider once (OpenID Connect Discovery 1.0 §4), and configures a client for each call. */
export function createConnector(settings: OAuthSettings): (call: OAuthCall) => Promise<OAuthClient> {
  let discovered: ServerMetadata | undefined;

  return async (call) => {
    const issuer = parseIssuer(settings);
    const openid = await import('openid-client');
    return callLibrary(call, async () => {
      discovered ??= await discover(openid, issuer, settings.clientId, call);
      return { openid, config: configure(openid, discovered, settings, call), metadata: discovered };
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

function configure(openid: OpenId, metadata: ServerMetadata, settings: OAuthSettings, call: OAuthCall): Configuration {
  const { clientId, clientSecret } = settings;
  const authentication = chooseAuthentication(openid, metadata, clientSecret);
  const config = new openid.Configuration(metadata, clientId, undefined, authentication);
  config[openid.customFetch] = createFetch(call);
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
    const { status, headers, body } = await sendRequest(url, options as RequestInit, { ...call, server });
    return new Response(body.length === 0 ? null : body, { status, headers });
  };
}

type TokenResponse = TokenEndpointResponse & TokenEndpointResponseHelpers;

/** The last moment of the year 9999: ISO 8601 has another format for later years. */
const lastTimeMs = Date.UTC(10_000, 0) - 1;

/**
 * Converts a token response, and keeps from `previous` what the response leaves out. `requestedAt`, in ISO 8601, is from
 * before the request, so that no token counts as valid after it has expired.
 */
export function toTokenSet(
  response: TokenResponse,
  requestedAt: string,
  previous: Partial<TokenSet>,
  call: OAuthCall,
): TokenSet {
  if (response.token_type !== 'bearer') throw protocolViolation(call, 'the tokens are not bearer tokens');
  const { refresh_token: refreshToken = previous.refreshToken, scope = previous.scope } = response;
  const subject = parseSubject(response) ?? previous.subject;
  // OpenID Connect Core 1.0 §12.2: the ID token of a refresh is for the same subject.
  if (previous.subject !== undefined && subject?.id !== previous.subject.id) {
    throw protocolViolation(call, 'the new tokens are for another account');
  }
  return {
    accessToken: response.access_token,
    ...(response.expires_in !== undefined && { expiresAt: addSeconds(requestedAt, response.expires_in) }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(scope !== undefined && { scope }),
    ...(subject !== undefined && { subject: { ...previous.subject, ...subject } }),
  };
}

function parseSubject(response: TokenResponse): TokenSet['subject'] {
  const claims = response.claims();
  if (claims === undefined) return undefined;
  const { sub: id, email, name } = claims;
  return { id, ...(typeof email === 'string' && { email }), ...(typeof name === 'string' && { name }) };
}

function addSeconds(time: string, seconds: number): string {
  return new Date(Math.min(Date.parse(time) + seconds * 1000, lastTimeMs)).toISOString();
}
