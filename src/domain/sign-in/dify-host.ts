import { CredentialError } from '../credential-error.ts';

/** Longest name of a host, in characters, and longest label in it (RFC 1035 §2.3.4). */
const maxNameLength = 253;
const maxLabelLength = 63;
/** Longest path, in characters: a host and a subject fit in the name of a credential. */
const maxPathLength = 200;

const defaultPorts: Readonly<Record<string, number>> = { https: 443, http: 80 };

/**
 * The one spelling of a host that a user typed: `SCHEME://NAME[:PORT][/PATH]`, without a slash at its end. Two ways to
 * type one host give one text, and that text comes back as it is.
 *
 * - no scheme → https; http is taken only where it is typed, and only for this machine (`localhost`, 127.0.0.0/8, `::1`)
 * - scheme and name become lower-case, a dot at the name's end, a default port and empty parts of the path are dropped
 * - a name is ASCII: an internationalised one is typed in its `xn--` form; IPv6 is typed in brackets
 * - a user, a password, an `@` anywhere, a query, a fragment, an escape or `..` in the path, or anything else → `invalid-input`, which
 *   repeats nothing of what was typed, because a password may be in it
 */
export function parseDifyHost(typed: string): string {
  const text = typed.trim();
  if (text === '') throw refused('is empty');
  if (!/^[\x21-\x7e]+$/.test(text)) throw refused('holds a blank, a control character or a letter beyond ASCII');
  const rest = text.replace(/^[^:/?#@]*:\/\//, '');
  const scheme = rest === text ? 'https' : text.slice(0, -`://${rest}`.length).toLowerCase();
  if (!Object.hasOwn(defaultPorts, scheme)) throw refused('has a scheme other than https');
  // Not in a path either: SUBJECT@HOST can be taken apart again.
  if (rest.includes('@')) throw refused('holds an @, as a user name or a password would have');
  const [authority, pathTyped] = cut(rest, /[/?#\\]/);
  const path = pathOf(pathTyped);
  const [nameTyped, portTyped] = cut(authority, /:[^\]]*$/);
  const name = nameTyped.startsWith('[') ? ipv6Of(nameTyped) : nameOf(nameTyped);
  if (scheme === 'http' && !isLoopback(name)) {
    throw refused('is not this machine, and http would send the token in the clear', 'type it with https:// or alone');
  }
  return `${scheme}://${name}${portOf(portTyped, scheme)}${path}`;
}

function refused(fault: string, hint = 'type it as https://cloud.dify.ai or cloud.dify.ai'): CredentialError {
  return new CredentialError('invalid-input', `the host ${fault}`, { hint });
}

/** The text before what matches, and the rest. */
function cut(text: string, pattern: RegExp): readonly [string, string] {
  const at = text.search(pattern);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

function nameOf(typed: string): string {
  const name = typed.toLowerCase().replace(/\.$/, '');
  const valid = name
    .split('.')
    .every((label) => label.length <= maxLabelLength && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label));
  if (!valid || name.length > maxNameLength) throw refused('has a name that no host can have');
  // What ends in a number is an address, and other spellings than this one are read in more than one way.
  if (/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name) && !isIpv4(name)) {
    throw refused('looks like an IP address and is none');
  }
  return name;
}

function ipv6Of(typed: string): string {
  const address = canonicalIpv6(typed.slice(1, -1));
  if (address === undefined) throw refused('holds brackets with no IPv6 address in them');
  return `[${address}]`;
}

/** Of a colon and the digits after it, either of which may be missing. */
function portOf(typed: string, scheme: string): string {
  const digits = typed.slice(1);
  if (digits === '') return '';
  const port = Number(digits);
  if (!/^\d+$/.test(digits) || port < 1 || port > 65_535) throw refused('has a port that is not 1 to 65535');
  return port === defaultPorts[scheme] ? '' : `:${port}`;
}

function pathOf(typed: string): string {
  if (/[?#]/.test(typed)) throw refused('holds a query or a fragment');
  const parts = typed.split('/').filter((part) => part !== '');
  // An escape can be a slash or a dot to the one who reads it.
  if (parts.some((part) => /^\.{1,2}$/.test(part) || !/^[\w.~!$&'()*+,;=:-]+$/.test(part))) {
    throw refused('has a path with dots, escapes or other signs in it');
  }
  const path = parts.map((part) => `/${part}`).join('');
  if (path.length > maxPathLength) throw refused(`has a path longer than ${maxPathLength} characters`);
  return path;
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIpv4(name) && name.startsWith('127.'));
}

const groupCount = 8;

/**
 * The one spelling of an IPv6 address that RFC 5952 §4 recommends: lower case, no leading zeros, the longest run of
 * zeros as `::`. An IPv4 tail becomes two groups, as the URL standard has it. `undefined` where the text is no address
 * (RFC 4291 §2.2); a zone such as `%eth0` makes it none.
 */
export function canonicalIpv6(text: string): string | undefined {
  const groups = groupsOf(text);
  return groups && spell(groups);
}

function groupsOf(text: string): readonly number[] | undefined {
  const sides = text.split('::').map(sideOf);
  const [head, tail] = sides;
  if (sides.length > 2 || head === undefined) return undefined;
  if (sides.length === 1) return head.length === groupCount ? head : undefined;
  if (tail === undefined || head.length + tail.length >= groupCount) return undefined;
  // Before `::` an IPv4 tail would not be at the end.
  if (text.slice(0, text.indexOf('::')).includes('.')) return undefined;
  return [...head, ...new Array<number>(groupCount - head.length - tail.length).fill(0), ...tail];
}

/** The groups on one side of `::`, or of the whole. */
function sideOf(side: string): number[] | undefined {
  if (side === '') return [];
  const parts = side.split(':');
  const groups = parts.map((part, index) => (index === parts.length - 1 && ipv4Groups(part)) || hexGroup(part));
  return groups.every((group) => group !== undefined) ? groups.flat() : undefined;
}

function hexGroup(part: string): number | undefined {
  return /^[0-9a-f]{1,4}$/i.test(part) ? Number.parseInt(part, 16) : undefined;
}

function ipv4Groups(part: string): readonly number[] | undefined {
  if (!isIpv4(part)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** Four numbers from 0 to 255 without leading zeros (RFC 3986 §3.2.2): the one spelling that every parser agrees on. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function spell(groups: readonly number[]): string {
  const { start, length } = longestRun(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 §4.2.2: one group alone is not shortened.
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** The longest run of zeros; the first of several. */
function longestRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
