import { byteOrderMark } from '../text/lines.ts';

/** Why a file isn't text that can be examined. */
export type EncodingProblem = 'utf-16' | 'binary' | 'not-utf-8';

/** What a text file has that makes `--move` leave it alone. */
export type TextOddity = 'byte-order-mark' | 'carriage-returns';

/**
 * Finds what speaks against reading bytes as UTF-8 text. UTF-16, with a byte order mark or without, is recognised by the zero
 * bytes of its ASCII characters.
 */
export function findEncodingProblem(bytes: Uint8Array): Exclude<EncodingProblem, 'not-utf-8'> | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'utf-16';
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd === 0) return undefined;
  const half = bytes.length / 2;
  return (even === 0 && odd > half * 0.7) || (odd === 0 && even > half * 0.7) ? 'utf-16' : 'binary';
}

/** Finds what a tool may understand differently than keystow, so that the file is only reported. */
export function findTextOddity(text: string): TextOddity | undefined {
  if (text.startsWith(byteOrderMark)) return 'byte-order-mark';
  return text.includes('\r') ? 'carriage-returns' : undefined;
}
