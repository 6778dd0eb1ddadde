import { CredentialError } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';
import { decodeUtf8, encodeUtf8 } from '../text/encodings.ts';

/** Optional parts of git's protocol that keystow supports (git-credential(1), `capability[]`). */
export const capabilities = ['authtype', 'state'] as const;

export type Capability = (typeof capabilities)[number];

export function hasCapability(request: GitAttributes, capability: Capability): boolean {
  return findValues(request, 'capability[]').includes(capability);
}

/** `usable`: git can sign in with it. `renewable`: it has expired, but has a refresh token. */
export interface GitAnswer {
  readonly kind: 'usable' | 'renewable';
  readonly attributes: GitAttributes;
}

/**
 * Builds the answer to git's request for a credential from the stored credential.
 *
 * - a pre-encoded credential, if git supports those, otherwise the password → `usable`
 * - expired, but with a refresh token that another helper may be able to use → `renewable`, with nothing but that token
 * - neither → `undefined`
 */
export function buildGitAnswer(
  request: GitAttributes,
  username: string | undefined,
  stored: GitAttributes,
  nowMs: number,
): GitAnswer | undefined {
  const user: GitAttributes = username === undefined ? [] : [['username', username]];
  if (isGitSecretExpired(stored, nowMs)) {
    const refreshToken = stored.filter(([key]) => key === 'oauth_refresh_token');
    return refreshToken.length > 0 ? { kind: 'renewable', attributes: [...user, ...refreshToken] } : undefined;
  }
  const isPreEncodedAllowed = hasCapability(request, 'authtype');
  const allowed = stored.filter(([key]) => isPreEncodedAllowed || (key !== 'authtype' && key !== 'credential'));
  const capability: readonly Attribute[] = allowed.some(([key]) => key === 'authtype')
    ? [['capability[]', 'authtype']]
    : [];
  const isUsable = ['credential', 'password'].some((key) => findValue(allowed, key) !== undefined);
  return isUsable ? { kind: 'usable', attributes: [...capability, ...user, ...allowed] } : undefined;
}

/** The attributes that are stored besides the password, or instead of it. */
const extraKeys = ['authtype', 'credential', 'password_expiry_utc', 'oauth_refresh_token'] as const;

/**
 * The secret to store: the password, then each extra attribute on a line of its own. This is the format of git's own
 * helpers for libsecret, macOS and Windows. Latin-1.
 */
export function serialiseGitSecret(credential: GitAttributes): string {
  const lines = extraKeys.flatMap((key) => {
    const value = findValue(credential, key);
    return value === undefined ? [] : [`\n${key}=${value}`];
  });
  return [findValue(credential, 'password') ?? '', ...lines].join('');
}

/** The inverse of {@link serialiseGitSecret}. Ignores all other lines. */
export function parseGitSecret(text: string): GitAttributes {
  const [
    // Stryker disable next-line StringLiteral: a split text always has a first part
    password = '',
    ...lines
  ] = text.split('\n');
  const extra = extraKeys.flatMap((key): GitAttributes => {
    const line = lines.find((line) => line.startsWith(`${key}=`));
    return line === undefined ? [] : [[key, line.slice(key.length + 1)]];
  });
  // A pre-encoded credential needs no password. Without one, an empty first line is an empty password.
  const hasNoPassword = password === '' && findValue(extra, 'credential') !== undefined;
  return hasNoPassword ? extra : [['password', password], ...extra];
}

/** Whether `password_expiry_utc`, in seconds since the epoch, has passed. Without that attribute: no. */
export function isGitSecretExpired(credential: GitAttributes, nowMs: number): boolean {
  const expiry =
    findValue(credential, 'password_expiry_utc') ??
    // Stryker disable next-line StringLiteral: any text that isn't a number will do
    '';
  return /^[1-9]\d*$/.test(expiry) && Number(expiry) * 1000 <= nowMs;
}

/**
 * Whether `stored` agrees with all attributes of a request. It may have more: an older git doesn't repeat attributes that
 * it doesn't know.
 */
export function matchesRequest(stored: GitAttributes, request: GitAttributes): boolean {
  return ['password', ...extraKeys].every((key) => isEqualIfGiven(stored, request, key));
}

/** Whether `stored` is the secret that git reports as rejected. A request without a secret is about any secret. */
export function isRejected(stored: GitAttributes, request: GitAttributes): boolean {
  return ['password', 'credential'].every((key) => isEqualIfGiven(stored, request, key));
}

function isEqualIfGiven(stored: GitAttributes, request: GitAttributes, key: string): boolean {
  const value = findValue(request, key);
  return value === undefined || value === findValue(stored, key);
}

const servicePrefix = 'git-credential:';

/** Accounts of credentials with no user name, or an empty one. An escaped user name has `25` after each `%`. */
const noUsername = '%none';
const emptyUsername = '%empty';

/**
 * The service of a request: `git-credential:PROTOCOL://HOST`, plus `/PATH` if git sends one. The host includes the port.
 * Requests that differ in any of these never share a credential. Without a protocol or a host → `invalid-input`.
 */
export function toGitService(request: GitAttributes): string {
  const protocol = findValue(request, 'protocol');
  const host = findValue(request, 'host');
  if (!protocol || host === undefined) {
    throw new CredentialError('invalid-input', 'the request has no protocol or no host');
  }
  const path = findValue(request, 'path');
  // git decodes the host, so it can contain a slash that doesn't end it.
  const url = `${escapeCharacters(protocol, /[%/:]/g)}://${escapeCharacters(host, /[%/]/g)}`;
  return servicePrefix + requireUtf8(path === undefined ? url : `${url}/${path}`);
}

export function toGitName(service: string, username: string | undefined): CredentialName {
  if (username === undefined) return toCredentialName(service, noUsername);
  return toCredentialName(service, username === '' ? emptyUsername : requireUtf8(escapeCharacters(username, /%/g)));
}

/** The user name of a credential in git's encoding, or `undefined` if it has none. */
export function parseGitUsername({ account }: CredentialName): string | undefined {
  if (account === noUsername) return undefined;
  return account === emptyUsername ? '' : encodeUtf8(account).replaceAll('%25', '%');
}

function escapeCharacters(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => `%${toHex(character)}`);
}

function requireUtf8(bytes: string): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  throw new CredentialError('invalid-name', 'the host, the path or the user name is not UTF-8');
}

/** Two digits, for a byte from 0x10 up. */
function toHex(byte: string): string {
  return byte.charCodeAt(0).toString(16);
}

/**
 * What git and a credential helper exchange: one `key=value` per line, in order (git-credential(1), "INPUT/OUTPUT
 * FORMAT"). Keys and values are Latin-1: each character is one byte of whatever encoding git uses.
 */
export type GitAttributes = readonly Attribute[];

export type Attribute = readonly [key: string, value: string];

/** Maximum length of a line in bytes, including its newline. */
export const maxLineBytes = 65_535;

/**
 * Parses attributes up to a blank line or the end. A line without `=`, one that is too long, one with a NUL or a carriage
 * return, or a second value of a single-valued attribute, which two programs could understand differently →
 * `invalid-input`. The message repeats nothing of the line, because it may contain a password.
 */
export function parseAttributes(text: string): GitAttributes {
  const lines = text.split('\n');
  const end = lines.indexOf('');
  const values = new Map<string, string>();
  return (end < 0 ? lines : lines.slice(0, end)).map((line, index) => {
    const equals = line.indexOf('=');
    const [key, value] = [line.slice(0, equals), line.slice(equals + 1)];
    const isOther = !key.endsWith('[]') && (values.get(key) ?? value) !== value;
    const fault = equals < 0 ? 'has no "="' : isOther ? 'gives an attribute a second value' : findFault(line);
    if (fault !== undefined) throw new CredentialError('invalid-input', `line ${index + 1} of the request ${fault}`);
    values.set(key, value);
    return [key, value];
  });
}

/** Throws `invalid-input` unless the last line is complete: git, which may have been stopped, ends each with a newline. */
export function requireCompleteLines(text: string): void {
  if (text.split('\n').includes('')) return;
  throw new CredentialError('invalid-input', 'the last line of the request has no newline, so it may be truncated');
}

/** The lines of attributes. An attribute that does not fit into a line → `invalid-input`, naming its key. */
export function formatAttributes(attributes: GitAttributes): string {
  return attributes
    .map(([key, value]) => {
      const line = `${key}=${value}`;
      const fault = line.includes('\n') ? 'contains a line break' : findFault(line);
      if (fault === undefined) return `${line}\n`;
      throw new CredentialError('invalid-input', `the ${key} cannot be sent to git: the line ${fault}`);
    })
    .join('');
}

/** The value of a single-valued attribute. */
export function findValue(attributes: GitAttributes, key: string): string | undefined {
  return attributes.find((attribute) => attribute[0] === key)?.[1];
}

/** The values of a multi-valued attribute such as `state[]`. An empty value discards those before it. */
export function findValues(attributes: GitAttributes, key: `${string}[]`): readonly string[] {
  const values = attributes.filter((attribute) => attribute[0] === key).map(([, value]) => value);
  return values.slice(values.lastIndexOf('') + 1);
}

/** A boolean of git-config(1). Anything else is false. */
// Stryker disable next-line StringLiteral: any text that isn't a boolean will do
export function parseBoolean(value = ''): boolean {
  return /^(true|yes|on)$/i.test(value) || (/^[+-]?\d+$/.test(value) && Number(value) !== 0);
}

function findFault(line: string): string | undefined {
  if (line.length >= maxLineBytes) return `is longer than ${maxLineBytes} bytes`;
  if (line.includes('\0')) return 'contains a NUL';
  if (line.includes('\r')) return 'contains a carriage return';
  return undefined;
}
