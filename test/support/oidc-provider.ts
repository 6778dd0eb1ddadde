import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration, type KoaContextWithOIDC } from 'oidc-provider';

/** The certified oidc-provider on a loopback address, with one user: Alice, without a password. */
export interface OidcProvider {
  readonly issuer: string;
  /** The registered clients: a native one without a secret, and one with. */
  readonly publicClient: { readonly clientId: string };
  readonly confidentialClient: { readonly clientId: string; readonly clientSecret: string };
  /** The grant types of all token responses, in order. */
  readonly granted: readonly string[];
  /** Whether the provider still accepts this token (RFC 7662). */
  isActive(token: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** What happened to a request at the token endpoint, or to the tokens of a sign-in. */
export interface TokenEvent {
  /** `granted`, the error code of the response, or `revoked`: all tokens of the sign-in. */
  readonly outcome: string;
  /** The header `x-client` of the request. */
  readonly client: string | undefined;
  readonly accessToken?: string;
}

export interface OidcProviderOptions {
  onTokenEvent?(event: TokenEvent): void;
  /** Whether the provider has a revocation endpoint. `true` by default. */
  readonly revocation?: boolean;
  readonly accessTokenSeconds?: number;
  /** `http://127.0.0.1/callback` by default. */
  readonly redirectUri?: string;
}

/** Refresh tokens rotate, and using one twice ends the sign-in. PKCE is required. */
export async function startOidcProvider(options: OidcProviderOptions = {}): Promise<OidcProvider> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const confidentialClient = { clientId: 'with-a-secret', clientSecret: randomBytes(24).toString('hex') };
  const provider = new Provider(issuer, configuration(options, confidentialClient));
  const granted: string[] = [];
  provider.on('grant.success', (ctx) => granted.push(String(ctx.oidc.params?.grant_type)));
  const report = (ctx: KoaContextWithOIDC | undefined, outcome: string, accessToken?: string) =>
    options.onTokenEvent?.({ outcome, client: ctx?.get('x-client') || undefined, ...(accessToken && { accessToken }) });
  provider.on('grant.success', (ctx) => report(ctx, 'granted', (ctx.body as { access_token?: string }).access_token));
  provider.on('grant.error', (ctx, { error }) => report(ctx, error));
  provider.on('grant.revoked', (ctx) => report(ctx, 'revoked'));
  const answer = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response);
    interact(provider, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });

  return {
    issuer,
    publicClient: { clientId: 'native' },
    confidentialClient,
    granted,
    async isActive(token) {
      const { clientId: client_id, clientSecret: client_secret } = confidentialClient;
      const body = new URLSearchParams({ token, client_id, client_secret });
      const response = await fetch(`${issuer}/token/introspection`, { method: 'POST', body });
      return ((await response.json()) as { active: boolean }).active;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configuration(options: OidcProviderOptions, confidential: OidcProvider['confidentialClient']): Configuration {
  const { revocation = true, accessTokenSeconds = 3600, redirectUri = 'http://127.0.0.1/callback' } = options;
  const client = {
    application_type: 'native' as const,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
  };
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: [
      { ...client, client_id: 'native', token_endpoint_auth_method: 'none' },
      {
        ...client,
        client_id: confidential.clientId,
        client_secret: confidential.clientSecret,
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email: `${accountId}@example.com`, name: 'Alice Example' }),
    }),
    features: {
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: revocation, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: () => true,
    rotateRefreshToken: () => true,
    pkce: { required: () => true },
    ttl: {
      AccessToken: accessTokenSeconds,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 600,
    },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
  };
}

/** One form for the sign-in and the consent. Anything but `decision=allow` denies. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(form);
    return;
  }
  if (!(await readBody(request)).includes('decision=allow')) {
    const refusal = { error: 'access_denied', error_description: 'Alice would rather not' };
    return provider.interactionFinished(request, response, refusal);
  }
  const grant = new provider.Grant({ accountId: 'alice', clientId: String(params.client_id) });
  grant.addOIDCScope(String(params.scope));
  const result = { login: { accountId: 'alice' }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result);
}

const form = `<!doctype html><title>Sign in</title><link rel="icon" href="data:,">
<form method="post"><button name="decision" value="allow">Allow</button><button name="decision" value="deny">Deny</button></form>`;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
