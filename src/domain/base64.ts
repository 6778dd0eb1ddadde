const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Character code → the six bits that it stands for, or 255. A table, because files have millions of digits. */
const sextets = Uint8Array.from({ length: 256 }, (_, code) => {
  const sextet = digits.indexOf(String.fromCharCode(code));
  return sextet < 0 ? 255 : sextet;
});

/** How many bytes a base64 text stands for. `undefined` unless it is the one canonical spelling (RFC 4648 §4, §3.5). */
export function base64Length(text: string): number | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) return undefined;
  let last = 0;
  for (let index = 0; index < text.length - padding; index++) {
    last = sextets[text.charCodeAt(index)] ?? 255;
    if (last === 255) return undefined;
  }
  // Bits of the last digit that no byte uses must be zero, or several texts would stand for the same bytes.
  const unused = padding === 2 ? 0b1111 : padding === 1 ? 0b11 : 0;
  return (last & unused) === 0 ? (text.length / 4) * 3 - padding : undefined;
}
