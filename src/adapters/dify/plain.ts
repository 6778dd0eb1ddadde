/** Longest text of somebody else's that a message repeats, in characters. */
const maxQuoted = 100;

/** Without what could drive a terminal or hide in a line: controls, format and direction marks, lone surrogates. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
}

/** What somebody else said, fit for a message: short and plain. `undefined` where nothing is left or `secret` is in it. */
export function quotable(text: unknown, secret: string | undefined): string | undefined {
  if (typeof text !== 'string' || (secret !== undefined && text.includes(secret))) return undefined;
  return plain(text).slice(0, maxQuoted) || undefined;
}
