import { createUnicodeRegExp } from './messages.ts';

/**
 * What a text for people never contains: control characters (C0, DEL, C1), format characters such as bidirectional controls
 * and zero-width spaces, line and paragraph separators, unpaired surrogates, and everything else that is invisible.
 */
const unprintable = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}]';

const shortEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * Escapes what could break a line, control a terminal, or make a text look like another one. Visible characters, the
 * backslash among them, stay as they are, so escaping a text twice changes nothing.
 */
export function escapeUnprintable(text: string): string {
  // Stryker disable next-line ConditionalExpression: it only saves work
  if (isPlain(text)) return text;
  return text.replace(
    createUnicodeRegExp(unprintable),
    (character) => shortEscapes[character] ?? `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
}

/** Whether {@link escapeUnprintable} leaves the text as it is. */
export function isPrintable(text: string): boolean {
  return isPlain(text) || !createUnicodeRegExp(unprintable).test(text);
}

/** Escapes the same characters in a JSON text, so that its value stays the same. */
export function escapeJson(json: string): string {
  // Stryker disable next-line ConditionalExpression: it only saves work
  if (isPlain(json)) return json;
  return json.replace(createUnicodeRegExp(unprintable), (character) =>
    character === '\n' ? character : [...Array(character.length).keys()].map((at) => toUnit(character, at)).join(''),
  );
}

function toUnit(text: string, index: number): string {
  return `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
}

/** Most texts are. Testing for that first avoids the Unicode tables of a regular expression. */
// Stryker disable next-line BlockStatement: it only saves work
function isPlain(text: string): boolean {
  return !/[^ -~]/.test(text);
}
