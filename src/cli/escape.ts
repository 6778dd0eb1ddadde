import { createUnicodeRegExp } from '../domain/text/one-line.ts';

/** Shows control characters by their escapes, so that a name can neither break a line nor drive a terminal. */
export function escapeControls(text: string): string {
  return text.replace(createUnicodeRegExp('[\\p{Cc}\\p{Bidi_Control}]'), (character) => {
    const known = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character];
    return known ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
