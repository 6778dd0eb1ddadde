import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, formatName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import {
  isExpired,
  parseStoredTokenSet,
  renewalMarginMs,
  type TokenRenewal,
  type TokenSet,
} from '../../domain/token-set.ts';
import type { Context } from '../context.ts';
import { decodeSecret, encodeSecret, getCredential } from '../credentials/get-credential.ts';

/**
 * Requests new tokens. Resolves with the response of the token endpoint in JSON, even one that reports an error, or with a
 * {@link TokenSet}. `signal` is aborted when the request has taken too long; what it resolves with later is still stored.
 */
export type RequestTokens = (tokens: TokenSet, options: { readonly signal: AbortSignal }) => Promise<unknown>;

export interface TokenOptions {
  /** How to renew the token. Default: as the `renewal` of the stored token set says. */
  readonly refresh?: RequestTokens | undefined;
  /** A server to renew the token at, instead of the one in the stored token set. */
  readonly renewal?: TokenRenewal | undefined;
  /** An access token that expires within this time is renewed. Default: {@link renewalMarginMs}. */
  readonly marginMs?: number | undefined;
  /** Renews the token even if it's valid, unless another process does so at the same time. */
  readonly force?: boolean | undefined;
  /** An access token that a server has rejected although it hasn't expired: it's renewed if it's still the stored one. */
  readonly rejected?: string | undefined;
  /** Longest time for `refresh`. Default: {@link refreshLimitMs}. */
  readonly limitMs?: number | undefined;
}

export interface RenewOptions extends Pick<TokenOptions, 'refresh' | 'renewal' | 'limitMs'> {
  /** When the caller began to wait. */
  readonly startedAt: string;
}

/** Renews tokens unless `isValid` returns `true` for those that are stored by then. */
export type RenewTokens = (
  context: Context,
  name: CredentialName,
  isValid: (tokens: TokenSet) => boolean,
  options: RenewOptions,
) => Promise<TokenSet | undefined>;

/** As long as a token endpoint may take. */
export const refreshLimitMs = 30_000;

/**
 * Returns tokens whose access token is valid, and renews them if necessary, as `renew` describes.
 *
 * - nothing is stored → `undefined`
 * - the stored secret isn't a token set → `invalid-input`
 * - the server no longer renews the token, or nothing says how to renew it → `refresh-rejected`
 * - the renewal fails otherwise → `refresh-failed`
 * - another process renews it for too long → `file-busy`, which names that process
 *
 * `renew`: renews a stored token set that isn't valid. Default: `renewTokens`.
 */
export async function getTokens(
  context: Context,
  name: CredentialName,
  { marginMs = renewalMarginMs, force = false, rejected, ...options }: TokenOptions = {},
  renew: RenewTokens = renewAlone,
): Promise<TokenSet | undefined> {
  const startedAt = context.clock();
  const secret = await getCredential(context, name);
  if (secret === undefined) return undefined;
  const stored = decodeTokenSet(secret, name);
  const avoided = rejected ?? (force ? stored.accessToken : undefined);
  const isValid = (tokens: TokenSet) =>
    tokens.accessToken !== avoided && !isExpired(tokens, Date.parse(context.clock()), marginMs);
  if (isValid(stored)) return stored;
  return renew(context, name, isValid, { ...options, startedAt });
}

/** Loaded only when needed, so that reading a token that is still valid doesn't load what writes. */
const renewAlone: RenewTokens = async (...args) => (await import('./renew-tokens.ts')).renewTokens(...args);

/** What a program can use of a token set: it has no use for the refresh token. */
export interface AccessToken {
  readonly secret: Secret;
  /** ISO 8601, UTC. */
  readonly expiresAt?: string;
}

/**
 * Returns the access token of a stored secret that is a token set, and renews it first if it has to be. Rejects as
 * {@link getTokens} does.
 *
 * - the secret is something else → `undefined`
 * - another process has removed it since it was read → `removed`
 */
export async function getAccessToken(
  context: Context,
  name: CredentialName,
  stored: Secret,
): Promise<AccessToken | 'removed' | undefined> {
  if (parseStoredTokenSet(decodeSecret(stored) ?? '') === undefined) return undefined;
  const tokens = await getTokens(context, name);
  if (tokens === undefined) return 'removed';
  const { accessToken, expiresAt } = tokens;
  return { secret: encodeSecret(accessToken), ...(expiresAt !== undefined && { expiresAt }) };
}

/** Throws `invalid-input` if the secret is something else than a token set. */
export function decodeTokenSet(secret: Secret, name: CredentialName): TokenSet {
  const text = decodeSecret(secret);
  const tokens = text === undefined ? undefined : parseStoredTokenSet(text);
  if (tokens !== undefined) return tokens;
  throw new CredentialError('invalid-input', `${formatName(name)} is not a token set`, {
    hint: 'read it as a secret, or replace it by the response of a token endpoint',
  });
}
