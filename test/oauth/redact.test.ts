import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../src/adapters/sign-in/redact.ts';
import { MarkerFinder } from '../leaks/leak-markers.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';

/** No message repeats a secret in any encoding that a server echoes it in. */

const base64 = (text: string) => Buffer.from(text).toString('base64');
const percent = (text: string, digits: (hex: string) => string = (hex) => hex) =>
  Array.from(Buffer.from(text), (byte) => `%${digits(byte.toString(16).padStart(2, '0'))}`).join('');
const form = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
/** RFC 6749 §2.3.1, as openid-client does it: it leaves only letters and digits. */
const strictForm = (text: string) =>
  form(text).replaceAll(/[-_.*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const unicode = (text: string) =>
  Array.from({ length: text.length }, (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`).join(
    '',
  );

/** How a server may write a text that it was sent. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'percent-encoded, as URLs do': encodeURIComponent,
  'percent-encoded completely, in lower case': (text) => percent(text),
  'percent-encoded completely, in upper case': (text) => percent(text, (hex) => hex.toUpperCase()),
  'percent-encoded twice': (text) => encodeURIComponent(percent(text)),
  'form-encoded': form,
  'in JSON': (text) => JSON.stringify(text).slice(1, -1),
  'in JSON within JSON': (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  'in JSON with Unicode escapes': unicode,
  'in JSON with Unicode escapes within JSON': (text) => JSON.stringify(unicode(text)).slice(1, -1),
  'in JSON, as PHP writes it': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'in JavaScript with hexadecimal escapes': (text) =>
    Array.from(text, (character) => {
      const digits = character.charCodeAt(0).toString(16).padStart(2, '0');
      return digits.length === 2 ? `\\x${digits}` : unicode(character);
    }).join(''),
  'in HTML': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  'in HTML with numbers': (text) => Array.from(text, (character) => `&#${character.codePointAt(0)};`).join(''),
  'in HTML with hexadecimal numbers': (text) =>
    Array.from(text, (character) => `&#x${character.codePointAt(0)?.toString(16)};`).join(''),
  'in JSON within XML': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
  'in hexadecimal, in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'in hexadecimal, with colons': (text) =>
    Buffer.from(text)
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$&:'),
  'in base64': base64,
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
  'in base64, percent-encoded': (text) => encodeURIComponent(base64(text)),
  'in base64, in lines': (text) => base64(text).replaceAll(/.{8}/g, '$&\r\n'),
  'in Basic authentication': (text) => `Basic ${base64(`client:${text}`)}`,
  'in Basic authentication, of another length': (text) => `Basic ${base64(`client1:${text}`)}`,
  'in Basic authentication, of a third length': (text) => `Basic ${base64(`client12:${text}`)}`,
  'in Basic authentication, form-encoded as RFC 6749 requires': (text) => `Basic ${base64(`client:${form(text)}`)}`,
  'in Basic authentication, form-encoded strictly': (text) => `Basic ${base64(`client:${strictForm(text)}`)}`,
  'in Basic authentication, percent-encoded': (text) => `Basic ${base64(`client:${encodeURIComponent(text)}`)}`,
  'in base64, in the middle of a text': (text) => base64(`grant=x&client_secret=${text}&scope=y`),
};

const secrets = [
  'GOCSPX-s3cret',
  'GOCSPX-s3cret_of.the~client*',
  's3cret/with+every=sign&"quote"\\<>',
  'geheim äöü 🔑 s3cret',
  's3cret a b',
  "back\b form\f line\n return\r tab\t <s3cret's>",
  '\\\\s3cret\\"\\u005c\\\\',
  '????>>>>~~~~s3cret',
];

describe.each(Object.entries(encodings))('[OA12] a secret that is repeated %s is redacted', (_, encode) => {
  test.each(secrets)('%s', (secret) => {
    const message = redact(`invalid request: "${encode(secret)}", try again`, [secret]);
    expect(message).toContain('[secret]');
    expect(new MarkerFinder([secret, 's3cret']).find(Buffer.from(message))).toBeUndefined();
    expect(message).toMatch(/^invalid request: ".*", try again$/);
  });
});

test('[OA13] whatever the secret and the text around it, no encoding of it is left', () => {
  const secret = fc.string({ minLength: 6, maxLength: 30, unit: 'binary' }).filter((text) => /\S/.test(text));
  const around = fc.string({ maxLength: 10 });
  fc.assert(
    fc.property(
      secret,
      around,
      around,
      fc.constantFrom(...Object.values(encodings)),
      (secret, before, after, encode) => {
        const found = new MarkerFinder([secret]).find(Buffer.from(redact(before + encode(secret) + after, [secret])));
        expect(found).toBeUndefined();
      },
    ),
    { numRuns: fastOrSlow(60, 2000) },
  );
});

test('a text without the secret stays as it is', () => {
  const text = 'the client GOCSPX is unknown: check https://accounts.example.com/console?project=a+b%20c';
  expect(redact(text, ['GOCSPX-s3cret', 'ya29.token', ''])).toBe(text);
});

test('the text that stands for a secret is not redacted again', () => {
  expect(redact('bad r, sec, secret', ['secret', 'sec', 'r'])).toBe('bad [secret], [secret], [secret]');
});

test('a secret that contains another one is redacted completely', () => {
  expect(redact('bad s3cret-and-more', ['s3cret', 's3cret-and-more'])).toBe('bad [secret]');
});

test.each([
  ['at the beginning of the text', base64('s3cret/s'), '[secret]='],
  ['one byte later', base64('xs3cret'), 'e[secret]=='],
  ['two bytes later', base64('xys3cret'), 'eH[secret]='],
  ['next to an escaped character', encodeURIComponent(base64('o中s3cret')), 'b[secret]%3D%3D'],
])('no base64 character with bits of the secret is left: %s', (_, text, expected) => {
  expect(redact(text, ['s3cret', '中s3cret', 's3cret/s'])).toBe(expected);
});

test('base64 of less than four characters is not redacted, because it occurs in any text', () => {
  expect(redact('the keys YWxh and YWJj', ['ab'])).toBe('the keys YWxh and YWJj');
  expect(redact('the keys YWxh and YWJj', ['abc'])).toBe('the keys YWxh and [secret]');
});

test('a text of several lines becomes one, without the space around it and without control characters', () => {
  expect(redact('\r\n bad \t\u001b[31m \u202e request\n')).toBe('bad [31m request');
});

test('of a long text, 300 characters are shown, without the secrets, and 16 KiB are searched', () => {
  expect(redact(`${'x'.repeat(290)} s3cret ${'y'.repeat(90)}`, ['s3cret'])).toBe(`${'x'.repeat(290)} [secret] `);
  expect(redact(`${' '.repeat(16 * 1024 - 1)}xyz`)).toBe('x');
});

/** A server chooses both the token and the text that repeats it. */
test.each([
  ['backslashes', '\\'.repeat(40), '\\'],
  ['backslashes before letters', '\\a'.repeat(40), '\\\\\\\\a'],
  ['Unicode escapes', '\\u005c'.repeat(40), '\\u005c'],
  ['URL escapes', '%25'.repeat(40), '%2525'],
  ['slashes in base64', '\u00ff?'.repeat(40), '\\\\/'],
])('no secret makes the search take for ever: %s', (_, secret, repeated) => {
  const text = repeated.repeat(50).slice(0, 300);
  expect(redact(text, [`${secret}x`])).toBe(text);
});
