import { computeBase64Length } from '../../domain/text/base64.ts';

/**
 * Decodes base64; `undefined` unless `text` is the one canonical spelling of its bytes (RFC 4648 §3.5).
 *
 * Node's decoder skips characters that aren't base64, so the number of bytes is too small if there are any. It also
 * accepts the digits of base64url. This is faster than encoding the bytes again, or than a regular expression.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const ending = computeBase64Length(text.slice(-4));
  if (text.length % 4 !== 0 || ending === undefined || text.includes('-') || text.includes('_')) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const expected = text === '' ? 0 : (text.length / 4 - 1) * 3 + ending;
  return bytes.length === expected ? bytes : undefined;
}
