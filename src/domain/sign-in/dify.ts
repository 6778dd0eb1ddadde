import { CredentialError } from '../credential-error.ts';
import { type CredentialName, isSameName } from '../credential-name.ts';
import { type PlacementEntry, type PlacementIndex, sortNewestFirst } from '../placement/placement-index.ts';
import { isIpv4, isLoopback, normaliseIpv6 } from './ip-address.ts';

/** Longest host name and longest label (RFC 1035 §2.3.4). */
const maxNameLength = 253;
const maxLabelLength = 63;
/** Short enough for a host and a subject to fit in the name of a credential. */
const maxPathLength = 200;

const defaultPorts: Readonly<Record<string, number>> = { https: 443, http: 80 };

/**
 * Normalises a host that a user typed to `SCHEME://NAME[:PORT][/PATH]`, without a slash at the end. All spellings of one
 * host have the same normal form. Normalising that form again returns it unchanged.
 *
 * - no scheme means https; http is allowed only if typed, and only for this machine (`localhost`, 127.0.0.0/8, `::1`)
 * - scheme and name become lower-case; a dot after the name, a default port and empty parts of the path are removed
 * - an internationalised name must be typed in its `xn--` form, an IPv6 address in brackets
 * - a user name, a password, any `@`, a query, a fragment, or an escape or `..` in the path → `invalid-input`, which
 *   doesn't repeat the input, because that can contain a password
 */
export function parseDifyHost(typed: string): string {
  const text = typed.trim();
  if (text === '') throw invalidHostError('is empty');
  if (!/^[\x21-\x7e]+$/.test(text))
    throw invalidHostError('contains a blank, a control character or a non-ASCII letter');
  const rest = text.replace(/^[^:/?#@]*:\/\//, '');
  const scheme = rest === text ? 'https' : text.slice(0, -`://${rest}`.length).toLowerCase();
  if (!Object.hasOwn(defaultPorts, scheme)) throw invalidHostError('has a scheme other than https');
  // Not in a path either, so that SUBJECT@HOST can be parsed.
  if (rest.includes('@')) throw invalidHostError('contains an @, like a user name or a password');
  const [authority, typedPath] = splitBefore(rest, /[/?#\\]/);
  const path = parsePath(typedPath);
  const [typedName, typedPort] = splitBefore(authority, /:[^\]]*$/);
  const name = typedName.startsWith('[') ? parseIpv6(typedName) : parseName(typedName);
  if (scheme === 'http' && !isLoopback(name)) {
    throw invalidHostError('is another machine, and http would send the token unencrypted', 'type it with https://');
  }
  return `${scheme}://${name}${parsePort(typedPort, scheme)}${path}`;
}

function invalidHostError(
  problem: string,
  hint = 'type it as https://cloud.dify.ai or cloud.dify.ai',
): CredentialError {
  return new CredentialError('invalid-input', `invalid host: it ${problem}`, { hint });
}

/** Splits a text before the first match, or at its end. */
function splitBefore(text: string, pattern: RegExp): readonly [string, string] {
  const at = text.search(pattern);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

function parseName(typed: string): string {
  const name = typed.toLowerCase().replace(/\.$/, '');
  const valid = name
    .split('.')
    .every((label) => label.length <= maxLabelLength && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label));
  if (!valid || name.length > maxNameLength) throw invalidHostError('has an invalid name');
  // A name that ends in a number is an IPv4 address. Parsers disagree about all spellings but one.
  if (/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name) && !isIpv4(name)) throw invalidHostError('has an invalid IP address');
  return name;
}

function parseIpv6(typed: string): string {
  const address = normaliseIpv6(typed.slice(1, -1));
  if (address === undefined) throw invalidHostError('has an invalid IPv6 address');
  return `[${address}]`;
}

/** `typed`: a colon and digits, either of which may be missing. */
function parsePort(typed: string, scheme: string): string {
  const digits = typed.slice(1);
  if (digits === '') return '';
  const port = Number(digits);
  if (!/^\d+$/.test(digits) || port < 1 || port > 65_535) throw invalidHostError('has a port that is not 1 to 65535');
  return port === defaultPorts[scheme] ? '' : `:${port}`;
}

function parsePath(typed: string): string {
  if (/[?#]/.test(typed)) throw invalidHostError('has a query or a fragment');
  const parts = typed.split('/').filter((part) => part !== '');
  // Some servers decode an escaped slash or dot.
  if (parts.some((part) => /^\.{1,2}$/.test(part) || !/^[\w.~!$&'()*+,;=:-]+$/.test(part))) {
    throw invalidHostError('has a path with invalid characters');
  }
  const path = parts.map((part) => `/${part}`).join('');
  if (path.length > maxPathLength) throw invalidHostError(`has a path longer than ${maxPathLength} characters`);
  return path;
}

/** An account that is signed in at a host. Each has one credential. */
export interface DifyAccount {
  /** As {@link parseDifyHost} spells it. */
  readonly host: string;
  readonly subject: string;
}

const service = 'difyctl';
const scheme = 'https://';

/**
 * Returns the name of an account's credential: on Windows the service `difyctl/HOST` and the account `SUBJECT`, elsewhere
 * the service `difyctl` and the account `SUBJECT@HOST`. A host's `https://` is left out.
 */
export function toDifyName({ host, subject }: DifyAccount, platform: string): CredentialName {
  const short = host.startsWith(scheme) ? host.slice(scheme.length) : host;
  return platform === 'win32'
    ? { service: `${service}/${short}`, account: subject }
    : { service, account: `${subject}@${short}` };
}

/** Reverses {@link toDifyName}. Returns `undefined` for any other name. */
export function parseDifyAccount(name: CredentialName, platform: string): DifyAccount | undefined {
  // The last @ ends the subject, because no host contains one.
  const at = name.account.lastIndexOf('@');
  const [host, subject] =
    platform === 'win32'
      ? [name.service.slice(service.length + 1), name.account]
      : [name.account.slice(at + 1), name.account.slice(0, Math.max(at, 0))];
  try {
    const account = { host: parseDifyHost(host), subject };
    return subject !== '' && isSameName(toDifyName(account, platform), name) ? account : undefined;
  } catch {
    return undefined;
  }
}

/** Finds the latest sign-in in the placement index, of all or at one host. */
export function findLatestDifyEntry(
  placement: PlacementIndex,
  platform: string,
  host?: string,
): PlacementEntry | undefined {
  return sortNewestFirst(placement).find((entry) => {
    const account = parseDifyAccount(entry, platform);
    return account !== undefined && (host === undefined || account.host === host);
  });
}
