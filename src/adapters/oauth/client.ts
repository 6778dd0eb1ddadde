import type { Configuration, ServerMetadata } from 'openid-client';
import type { Call } from './call.ts';
import { boundedFetch } from './fetch.ts';
import { issuerUrl, type Settings } from './settings.ts';
import { toError } from './to-error.ts';

export type OpenId = typeof import('openid-client');

/** The library, and this client at this provider, for one call. */
export interface Client {
  readonly openid: OpenId;
  readonly config: Configuration;
  readonly metadata: ServerMetadata;
}

/** Finds the provider out once (OpenID Connect Discovery 1.0 §4), and makes a client of it for each call. */
export function createConnector(settings: Settings): (call: Call) => Promise<Client> {
  let known: ServerMetadata | undefined;

  return async (call) => {
    const issuer = issuerUrl(settings);
    // Only now: loading it takes time that no other command should pay for.
    const openid = await import('openid-client');
    return inLibrary(call, async () => {
      known ??= await discover(openid, issuer, settings.clientId, call);
      return { openid, config: configure(openid, known, settings, call), metadata: known };
    });
  };
}

/** Runs what calls the library; whatever it throws becomes a failure of the port. */
export async function inLibrary<T>(call: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toError(error, call);
  }
}

async function discover(openid: OpenId, issuer: URL, clientId: string, call: Call): Promise<ServerMetadata> {
  const options = {
    [openid.customFetch]: boundedFetch(call),
    // The issuer's own address, which is judged already.
    execute: [openid.allowInsecureRequests],
  };
  const config = await openid.discovery(issuer, clientId, undefined, undefined, options);
  return config.serverMetadata();
}

function configure(openid: OpenId, metadata: ServerMetadata, settings: Settings, call: Call): Configuration {
  const { clientId, clientSecret } = settings;
  const config = new openid.Configuration(
    metadata,
    clientId,
    undefined,
    authentication(openid, metadata, clientSecret),
  );
  config[openid.customFetch] = boundedFetch(call);
  if (new URL(settings.issuer).protocol === 'http:') openid.allowInsecureRequests(config);
  return config;
}

/** In the body where the server takes it so: several servers do not decode what RFC 6749 §2.3.1 encodes for the header. */
function authentication(openid: OpenId, metadata: ServerMetadata, clientSecret: string) {
  if (clientSecret === '') return openid.None();
  const inBody = metadata.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false;
  return inBody ? openid.ClientSecretPost(clientSecret) : openid.ClientSecretBasic(clientSecret);
}
