import { CredentialError } from '../credential-error.ts';
import { type CredentialName, credentialName } from '../credential-name.ts';
import { type Attributes, valueFor } from './attributes.ts';

const prefix = 'git-credential:';

/** No escape is a `%` and a letter that is no hexadecimal digit, so no user name is escaped to these. */
const noUsername = '%none';
const emptyUsername = '%empty';

/**
 * The service of all credentials that git uses in one place: `git-credential:PROTOCOL://HOST`, and `/PATH` where git
 * says one. The port is part of the host, and no path is not the same as some path: a credential of one place is never
 * given in another. Without a protocol or a host → `invalid-input`.
 */
export function serviceOf(request: Attributes): string {
  const protocol = valueFor(request, 'protocol');
  const host = valueFor(request, 'host');
  if (!protocol || host === undefined) {
    throw new CredentialError('invalid-input', 'the request lacks a protocol or a host');
  }
  const path = valueFor(request, 'path');
  // git takes escapes out of a host, so there may be a slash in it that does not end it.
  const place = `${escaped(protocol, /[%/:]/g)}://${escaped(host, /[%/]/g)}`;
  return prefix + fromUtf8(path === undefined ? place : `${place}/${path}`);
}

/** What the credential of a user is kept under; of none, that of nobody in particular. */
export function nameOf(service: string, username: string | undefined): CredentialName {
  if (username === undefined) return credentialName(service, noUsername);
  return credentialName(service, username === '' ? emptyUsername : fromUtf8(escaped(username, /%/g)));
}

/** Whose credential a name is, as git spells it; `undefined`: nobody's in particular. */
export function usernameOf({ account }: CredentialName): string | undefined {
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
