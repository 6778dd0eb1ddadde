/** A shorter text can't cost much. */
const smallLength = 64 * 1024;
/** More values than any file of keystow has: 100,000 credentials in a placement file have 700,000. */
const maxValues = 2_000_000;

/**
 * The value of a JSON text, or `undefined` if it is not JSON.
 *
 * Also `undefined` for more than 2 million values, nested or not: a file of brackets would take gigabytes to parse.
 */
export function parseJson(text: string): unknown {
  if (text.length > smallLength && hasTooManyValues(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts what precedes a value, outside of strings: a comma or an opening bracket. */
function hasTooManyValues(text: string): boolean {
  let count = 0;
  let isInString = false;
  for (let index = 0; index < text.length && count <= maxValues; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) isInString = !isInString;
    else if (isInString) index += Number(code === backslash);
    else count += Number(code === comma || code === openingBracket || code === openingBrace);
  }
  return count > maxValues;
}

const quote = 0x22;
const comma = 0x2c;
const openingBracket = 0x5b;
const backslash = 0x5c;
const openingBrace = 0x7b;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 4648 §4. */
export const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The number of bytes in a base64 text, or `undefined` if it is not canonical (RFC 4648 §4, §3.5). */
export function computeBase64Length(text: string): number | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const end = text.length - padding;
  const firstPad = text.indexOf('=');
  if (text.length % 4 !== 0 || (firstPad >= 0 && firstPad !== end)) return undefined;
  // Tests the whole text: files have millions of digits, and slicing them would be slow.
  if (/[^A-Za-z0-9+/=]/.test(text)) return undefined;
  // The unused bits of the last digit must be zero. Otherwise several texts would have the same bytes.
  const unused = padding === 2 ? 0b1111 : padding === 1 ? 0b11 : 0;
  return (base64Digits.indexOf(text.charAt(end - 1)) & unused) === 0 ? (text.length / 4) * 3 - padding : undefined;
}

/** The bytes of a base64 text, one character each, with padding or without. `undefined`: it isn't base64. */
export function decodeBase64(text: string): string | undefined {
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(text)) return undefined;
  let [bits, count, bytes] = [0, 0, ''];
  for (const digit of text.replace(/=+$/, '')) {
    bits = ((bits << 6) | base64Digits.indexOf(digit)) & 0xffffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += String.fromCharCode((bits >> count) & 0xff);
  }
  return bytes;
}

/** The UTF-8 bytes of a text in base64 (RFC 4648 §4). */
export function encodeBase64(text: string): string {
  const bytes = encodeUtf8(text);
  let encoded = '';
  for (let index = 0; index < bytes.length; index += 3) {
    const group = [0, 1, 2].map((offset) => bytes.charCodeAt(index + offset) || 0);
    const bits = ((group[0] ?? 0) << 16) | ((group[1] ?? 0) << 8) | (group[2] ?? 0);
    const known = Math.min(bytes.length - index, 3) + 1;
    for (let digit = 0; digit < 4; digit++)
      encoded += digit < known ? base64Digits[(bits >> (18 - 6 * digit)) & 63] : '=';
  }
  return encoded;
}

/** The UTF-8 bytes of a well-formed text, one character each. */
export function encodeUtf8(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) =>
    encodeURIComponent(character).replace(/%(..)/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    ),
  );
}

/** The inverse of {@link encodeUtf8}. `undefined`: the bytes aren't UTF-8. */
export function decodeUtf8(bytes: string): string | undefined {
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`));
  } catch {
    return undefined;
  }
}

/** Decodes the escapes of a URL; a `%` without two digits stays. `undefined`: the result isn't UTF-8. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/%(?![\da-fA-F]{2})/g, '%25'));
  } catch {
    return undefined;
  }
}
