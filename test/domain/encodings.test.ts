import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/domain/text/encodings.ts';

// RFC 3629 §3: the shortest and the longest sequences.
test.each([
  ['', ''],
  ['a%20\x7f', 'a%20\x7f'],
  ['\x80', '\xc2\x80'],
  ['é\u07ff', '\xc3\xa9\xdf\xbf'],
  ['\u0800\uffff', '\xe0\xa0\x80\xef\xbf\xbf'],
  ['\u{10000}\u{10ffff}', '\xf0\x90\x80\x80\xf4\x8f\xbf\xbf'],
])('%j in UTF-8, one character a byte, is %j', (text, bytes) => {
  expect(encodeUtf8(text)).toBe(bytes);
  expect(decodeUtf8(bytes)).toBe(text);
});

test.each(['\x80', '\xc3', '\xc0\x80', '\xed\xa0\x80', '\xff'])('%j is not UTF-8', (bytes) => {
  expect(decodeUtf8(bytes)).toBeUndefined();
});
