/** Whether a normalised host name or address (IPv6 in brackets) is this machine: `localhost`, 127.0.0.0/8 or `::1`. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIpv4(name) && name.startsWith('127.'));
}

const groupCount = 8;

/**
 * Normalises an IPv6 address to the format of RFC 5952 §4: lower case, no leading zeros, the longest run of zeros as `::`.
 * An IPv4 tail becomes two groups, as in the URL standard. Returns `undefined` for anything but an address (RFC 4291
 * §2.2), and for one with a zone such as `%eth0`.
 */
export function normaliseIpv6(text: string): string | undefined {
  const groups = parseGroups(text);
  return groups && formatGroups(groups);
}

function parseGroups(text: string): readonly number[] | undefined {
  const sides = text.split('::').map(parseSide);
  const [head, tail] = sides;
  if (sides.length > 2 || head === undefined) return undefined;
  if (sides.length === 1) return head.length === groupCount ? head : undefined;
  if (tail === undefined || head.length + tail.length >= groupCount) return undefined;
  // An IPv4 tail is allowed only at the end of the address.
  if (text.slice(0, text.indexOf('::')).includes('.')) return undefined;
  return [...head, ...new Array<number>(groupCount - head.length - tail.length).fill(0), ...tail];
}

/** `side`: the text before or after `::`, or all of it. */
function parseSide(side: string): number[] | undefined {
  if (side === '') return [];
  const parts = side.split(':');
  const groups = parts.map(
    (part, index) => (index === parts.length - 1 && parseIpv4Groups(part)) || parseHexGroup(part),
  );
  return groups.every((group) => group !== undefined) ? groups.flat() : undefined;
}

function parseHexGroup(part: string): number | undefined {
  return /^[0-9a-f]{1,4}$/i.test(part) ? Number.parseInt(part, 16) : undefined;
}

function parseIpv4Groups(part: string): readonly number[] | undefined {
  if (!isIpv4(part)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

/** Four numbers from 0 to 255 without leading zeros (RFC 3986 §3.2.2): the spelling that all parsers agree on. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function formatGroups(groups: readonly number[]): string {
  const { start, length } = findLongestZeros(groups);
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 §4.2.2: a single zero is not shortened.
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** Returns the first of the longest runs of zeros. */
function findLongestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}
