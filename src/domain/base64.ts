/** How many bytes a base64 text stands for. `undefined` unless it is the one canonical spelling (RFC 4648 §4, §3.5). */
export function base64Length(text: string): number | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.slice(0, text.length - padding);
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) return undefined;
  // Bits of the last digit that no byte uses must be zero, or several texts would stand for the same bytes.
  if (padding === 1 && !/[AEIMQUYcgkosw048]$/.test(digits)) return undefined;
  if (padding === 2 && !/[AQgw]$/.test(digits)) return undefined;
  return (text.length / 4) * 3 - padding;
}
