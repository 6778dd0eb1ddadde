/** The value of a JSON text, or `undefined` if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

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
  return (digits.indexOf(text.charAt(end - 1)) & unused) === 0 ? (text.length / 4) * 3 - padding : undefined;
}
