import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { escapeJson, escapeUnprintable, isPrintable } from '../../src/domain/text/escape.ts';
import { anyText, findForbidden, hostileTexts } from '../support/unprintable.ts';

test.each([
  ['\x1b]0;title\x07', '\\u{1b}]0;title\\u{7}'],
  ['tab\tnewline\nreturn\r', 'tab\\tnewline\\nreturn\\r'],
  ['\x7f\x9b31m', '\\u{7f}\\u{9b}31m'],
  ['moc.\u202ee', 'moc.\\u{202e}e'],
  ['a\u200bb\ufeff\u00ad', 'a\\u{200b}b\\u{feff}\\u{ad}'],
  ['\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['\ud83d', '\\u{d83d}'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\u3164', '\\u{3164}'],
])('%j is printed as %s', (text, escaped) => expect(escapeUnprintable(text)).toBe(escaped));

test.each(['', 'plain', 'back\\slash', 'Grüße, 世界', '👩🏽', 'שלום', 'e\u0301', '│ └─ →'])(
  'visible text stays as it is: %s',
  (text) => expect(escapeUnprintable(text)).toBe(text),
);

test('[ESC1] whatever a text contains, nothing forbidden is left, not even a newline or a tab', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const escaped = escapeUnprintable(text);
      expect(findForbidden(escaped)).toEqual([]);
      expect(escaped).not.toMatch(/[\n\t]/);
      expect(escapeUnprintable(escaped)).toBe(escaped);
      expect(isPrintable(text)).toBe(text === escaped);
    }),
  );
});

test('every control and format character of Unicode is escaped', () => {
  for (let point = 0; point <= 0x10ffff; point += 1) {
    const character = String.fromCodePoint(point);
    if (!isPrintable(character)) continue;
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character) || findForbidden(character).length > 0)
      expect.fail(`U+${point.toString(16)} is printed`);
  }
});

test('[ESC2] JSON has nothing forbidden either, and the same value', () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, fc.array(anyText)), fc.constantFrom(0, 2), (value, indent) => {
      const escaped = escapeJson(JSON.stringify(value, undefined, indent));
      expect(findForbidden(escaped)).toEqual([]);
      expect(escaped).not.toContain('\t');
      expect(JSON.parse(escaped)).toEqual(value);
    }),
  );
});

test.each(hostileTexts)('the message and the hint of an error can be printed as they are: %j', (text) => {
  const { message, hint } = new CredentialError('failed', `failed: ${text}`, { hint: `do ${text}` });
  expect(message).toBe(`failed: ${escapeUnprintable(text)}`);
  expect(hint).toBe(`do ${escapeUnprintable(text)}`);
});
