import { CredentialError } from '../../credential-error.ts';
import { type CredentialName, toCredentialName } from '../../credential-name.ts';
import { type Attribute, type Attributes, findValue, findValues } from './attributes.ts';

/** What git understands beyond user names and passwords, by what it announces (git-credential(1), `capability[]`). */
export const capabilities = ['authtype', 'state'] as const;

export type Capability = (typeof capabilities)[number];

export function hasCapability(request: Attributes, capability: Capability): boolean {
  return findValues(request, 'capability[]').includes(capability);
}

/**
 * What to tell git of a credential that it may use.
 *
 * - a pre-encoded credential, where git understands one; else the password → `given`
 * - past its time, but with a refresh token, with which another helper may get a new one → `renewable`, without what is
 *   past its time
 * - neither → `undefined`
 */
export function buildGitAnswer(
  request: Attributes,
  username: string | undefined,
  kept: Attributes,
  nowMs: number,
): { readonly kind: 'given' | 'renewable'; readonly attributes: Attributes } | undefined {
  const who: Attributes = username === undefined ? [] : [['username', username]];
  if (isGitSecretExpired(kept, nowMs)) {
    const renewal = kept.filter(([key]) => key === 'oauth_refresh_token');
    return renewal.length > 0 ? { kind: 'renewable', attributes: [...who, ...renewal] } : undefined;
  }
  const encoded = hasCapability(request, 'authtype');
  const understood = kept.filter(([key]) => encoded || (key !== 'authtype' && key !== 'credential'));
  const capability: readonly Attribute[] = understood.some(([key]) => key === 'authtype')
    ? [['capability[]', 'authtype']]
    : [];
  const usable = ['credential', 'password'].some((key) => findValue(understood, key) !== undefined);
  return usable ? { kind: 'given', attributes: [...capability, ...who, ...understood] } : undefined;
}

/** What may stand beside a password, or in its place. */
const further = ['authtype', 'credential', 'password_expiry_utc', 'oauth_refresh_token'] as const;

/**
 * The secret that a credential is kept as: the password and nothing else where git says nothing else, or, as git's own
 * helpers for libsecret, macOS and Windows have it, each further attribute on a line of its own behind it. Latin-1.
 */
export function serialiseGitSecret(credential: Attributes): string {
  const lines = further.flatMap((key) => {
    const value = findValue(credential, key);
    return value === undefined ? [] : [`\n${key}=${value}`];
  });
  return [findValue(credential, 'password') ?? '', ...lines].join('');
}

/** Reads what {@link serialiseGitSecret} gives. A line that it never writes says nothing. */
export function parseGitSecret(text: string): Attributes {
  const [
    // Stryker disable next-line StringLiteral: a split text always has a first part
    password = '',
    ...lines
  ] = text.split('\n');
  const beside = further.flatMap((key): Attributes => {
    const line = lines.find((line) => line.startsWith(`${key}=`));
    return line === undefined ? [] : [[key, line.slice(key.length + 1)]];
  });
  // A pre-encoded credential does without a password; elsewhere an empty password is one.
  const alone = password === '' && findValue(beside, 'credential') !== undefined;
  return alone ? beside : [['password', password], ...beside];
}

/** Whether a credential is past its time (seconds since the epoch); one that names no time never is. */
export function isGitSecretExpired(credential: Attributes, nowMs: number): boolean {
  const expiry =
    findValue(credential, 'password_expiry_utc') ??
    // Stryker disable next-line StringLiteral: any text that isn't a number will do
    '';
  return /^[1-9]\d*$/.test(expiry) && Number(expiry) * 1000 <= nowMs;
}

/**
 * Whether `kept` is the credential that a request describes. It may say more: an older git repeats nothing that it does
 * not understand.
 */
export function matchesRequest(kept: Attributes, request: Attributes): boolean {
  return ['password', ...further].every((key) => agree(kept, request, key));
}

/** Whether `kept` is the secret that a request says did not serve; one that does not say which is about any. */
export function isRejected(kept: Attributes, request: Attributes): boolean {
  return ['password', 'credential'].every((key) => agree(kept, request, key));
}

function agree(kept: Attributes, request: Attributes, key: string): boolean {
  const asked = findValue(request, key);
  return asked === undefined || asked === findValue(kept, key);
}

const prefix = 'git-credential:';

/** No escape is a `%` and a letter that is no hexadecimal digit, so no user name is escaped to these. */
const noUsername = '%none';
const emptyUsername = '%empty';

/**
 * The service of all credentials that git uses in one place: `git-credential:PROTOCOL://HOST`, and `/PATH` where git
 * says one. The port is part of the host, and no path is not the same as some path: a credential of one place is never
 * given in another. Without a protocol or a host → `invalid-input`.
 */
export function toGitService(request: Attributes): string {
  const protocol = findValue(request, 'protocol');
  const host = findValue(request, 'host');
  if (!protocol || host === undefined) {
    throw new CredentialError('invalid-input', 'the request lacks a protocol or a host');
  }
  const path = findValue(request, 'path');
  // git takes escapes out of a host, so there may be a slash in it that does not end it.
  const place = `${escaped(protocol, /[%/:]/g)}://${escaped(host, /[%/]/g)}`;
  return prefix + fromUtf8(path === undefined ? place : `${place}/${path}`);
}

/** What the credential of a user is kept under; of none, that of nobody in particular. */
export function toGitName(service: string, username: string | undefined): CredentialName {
  if (username === undefined) return toCredentialName(service, noUsername);
  return toCredentialName(service, username === '' ? emptyUsername : fromUtf8(escaped(username, /%/g)));
}

/** Whose credential a name is, as git spells it; `undefined`: nobody's in particular. */
export function parseGitUsername({ account }: CredentialName): string | undefined {
  if (account === noUsername) return undefined;
  return account === emptyUsername ? '' : toUtf8(account).replaceAll('%25', '%');
}

function escaped(text: string, signs: RegExp): string {
  return text.replace(signs, (sign) => `%${hex(sign)}`);
}

/** The text that bytes stand for. */
function fromUtf8(bytes: string): string {
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (byte) => `%${hex(byte)}`));
  } catch {
    throw new CredentialError('invalid-name', 'the host, the path or the user name is not UTF-8');
  }
}

function toUtf8(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) =>
    encodeURIComponent(character).replace(/%(..)/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
  );
}

/** Of a byte from 0x10 on: two digits. */
function hex(byte: string): string {
  return byte.charCodeAt(0).toString(16);
}
