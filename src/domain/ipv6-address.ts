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
