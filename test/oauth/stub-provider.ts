import { generateKeyPairSync, sign } from 'node:crypto';
import { type Answer, type StubServer, startStub } from './stub-server.ts';

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { privateKey, publicKey } = newKeys();

export interface StubProvider extends StubServer {
  /** A secret, like the next ones. */
  readonly code: string;
  /** The last verifier it received, and the last ID token it issued. */
  verifier(): string;
  idToken(): string;
  readonly tokens: { readonly access_token: string; readonly refresh_token: string };
}

export interface StubScript {
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Changes the published key. */
  readonly jwk?: Readonly<Record<string, unknown>>;
  /** Signs with another key than the published one. */
  readonly forged?: boolean;
  /** The response of the token endpoint, instead of tokens. */
  readonly token?: (parameters: URLSearchParams, authorization?: string) => Answer;
  /** Whether `token` also answers the check of the client. */
  readonly tokenAlways?: boolean;
  readonly tokenType?: string;
  /** Replaces fields of the token response. */
  readonly change?: Readonly<Record<string, unknown>>;
  /** For the header `Date` of the token endpoint. */
  readonly serverTime?: () => Date;
  readonly revocation?: (parameters: URLSearchParams) => Answer;
  /** Awaited before each response. */
  readonly before?: (path: string) => Promise<unknown>;
  /** The parameters of the redirect, instead of the code. */
  readonly redirect?: Readonly<Record<string, string>>;
}

/** Starts a provider that signs everybody in immediately, and is correct except for what the script changes. */
export async function startStubProvider(script: StubScript): Promise<StubProvider> {
  const code = 'the-code-of-the-stub-issuer';
  const tokens = { access_token: 'access-token-of-the-stub', refresh_token: 'refresh-token-of-the-stub' };
  let [nonce, verifier, idToken] = ['', '', ''];
  const stub = await startStub(async (path, parameters, authorization) => {
    await script.before?.(path);
    const { issuer } = stub;
    switch (path) {
      case '/.well-known/openid-configuration':
        return { body: { ...metadataOf(issuer), ...script.metadata } };
      case '/authorize': {
        nonce = parameters.get('nonce') ?? '';
        const redirect = new URL(parameters.get('redirect_uri') ?? '');
        const answer = { state: parameters.get('state') ?? '', iss: issuer, ...(script.redirect ?? { code }) };
        for (const [name, value] of Object.entries(answer)) redirect.searchParams.set(name, value);
        return { status: 303, headers: { location: redirect.href }, body: '' };
      }
      case '/jwks':
        return { body: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', ...script.jwk }] } };
      case '/revoke':
        return script.revocation?.(parameters) ?? { body: '' };
      case '/token': {
        const asksForCode = parameters.get('grant_type') === 'authorization_code';
        const isCheck = asksForCode && parameters.get('code') !== code && script.tokenAlways !== true;
        const headers = script.serverTime && { date: script.serverTime().toUTCString() };
        const dated = (answer: Answer): Answer => (headers ? { ...answer, headers } : answer);
        if (isCheck) return dated({ status: 400, body: { error: 'invalid_grant' } });
        verifier = parameters.get('code_verifier') ?? '';
        idToken = jwt({ ...claimsOf(issuer, nonce), ...script.claims }, script.forged ?? false);
        const body = {
          ...tokens,
          token_type: script.tokenType ?? 'Bearer',
          expires_in: 60,
          id_token: idToken,
          ...script.change,
        };
        return script.token?.(parameters, authorization) ?? dated({ body });
      }
      default:
        return { status: 404, body: '' };
    }
  });
  return { ...stub, code, tokens, verifier: () => verifier, idToken: () => idToken };
}

function metadataOf(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    revocation_endpoint: `${issuer}/revoke`,
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    authorization_response_iss_parameter_supported: true,
  };
}

function claimsOf(iss: string, nonce: string): Readonly<Record<string, unknown>> {
  const iat = Math.floor(Date.now() / 1000);
  return { iss, sub: 'stub', aud: 'native', iat, exp: iat + 600, nonce };
}

function jwt(claims: Readonly<Record<string, unknown>>, forged: boolean): string {
  const key = forged ? newKeys().privateKey : privateKey;
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', kid: 'one' })}.${part(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
