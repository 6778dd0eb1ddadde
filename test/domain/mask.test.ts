import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mask, minMaskedBytes } from '../../src/domain/text/mask.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString();
const mask = (secret: string, input: string) => {
  const stream = new Mask([bytes(secret)]);
  return text([stream.push(bytes(input)), stream.end()]);
};

/** Few letters, so that secrets overlap with themselves, each other and the text around them. */
const word = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', '%', '"', '\n', 'ä'), { minLength, maxLength }).map((letters) => letters.join(''));
const secrets = fc.array(word(minMaskedBytes, 9), { minLength: 1, maxLength: 3 });

const encodings: readonly ((secret: string, around: string) => string)[] = [
  (secret, around) => around + secret + around,
  (secret, around) => Buffer.from(around + secret + around).toString('base64'),
  (secret, around) => Buffer.from(around + secret + around).toString('base64url'),
  (secret) => encodeURIComponent(secret),
  (secret) => JSON.stringify(secret),
];

/** What json.dumps, json_encode and json.Marshal write for `jsonSecret`. */
const jsonSecret = 'p/ä<&"\\😀7';
const written = [
  String.raw`p/\u00e4<&\"\\\ud83d\ude007`,
  String.raw`p\/\u00e4<&\"\\\ud83d\ude007`,
  String.raw`p/\u00E4<&\"\\\uD83D\uDE007`,
  String.raw`p/ä\u003c\u0026\"\\😀7`,
  String.raw`p\/ä<&\"\\😀7`,
];

describe('masking a stream', () => {
  test.each(written)('in JSON as Python, PHP and Go write it: %s', (json) => {
    expect(JSON.parse(`"${json}"`)).toBe(jsonSecret);
    expect(mask(jsonSecret, `["${json}"]`)).toBe('["***"]');
  });

  test('law: however it is split into chunks, no secret appears, and everything else does', () => {
    fc.assert(
      fc.property(
        secrets,
        fc.array(
          fc.oneof(
            word(0, 4),
            secrets.map((all) => all.join('')),
          ),
          { maxLength: 6 },
        ),
        fc.array(fc.tuple(fc.nat(9), fc.boolean())),
        (secrets, parts, cuts) => {
          const input = Buffer.from(parts.map((part, index) => part + secrets[index % secrets.length]).join(''));
          const stream = new Mask(secrets.map(bytes));
          const shown: Uint8Array[] = [];
          let start = 0;
          for (const [length, releases] of cuts) {
            shown.push(stream.push(input.subarray(start, start + length)));
            if (releases) shown.push(stream.release());
            start += length;
          }
          shown.push(stream.push(input.subarray(start)), stream.end());
          for (const secret of secrets) expect(text(shown)).not.toContain(secret);
          const whole = new Mask(secrets.map(bytes));
          const expected = text([whole.push(input), whole.end()]);
          if (!cuts.some(([, releases]) => releases)) expect(text(shown)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('law: a text without any part of a secret is unchanged, and nothing of it is held back', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[c-z ]*$/)), (chunks) => {
        const stream = new Mask([bytes('AB-12345')]);
        for (const chunk of chunks) expect(text([stream.push(bytes(chunk))])).toBe(chunk);
      }),
    );
  });

  test.each(encodings.map((encode) => [encode]))('law: %s does not reveal a secret', (encode) => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'binary' }), fc.stringMatching(/^x{0,4}$/), (secret, around) => {
        const plain = encode(secret, around);
        const shown = mask(secret, plain);
        expect(shown).toContain('***');
        // At most the characters that also depend on the neighbours.
        expect(shown.replaceAll('***', '').length).toBeLessThanOrEqual(plain.length - 8 + 2);
      }),
    );
  });

  test('each line of a secret is masked, with the line breaks of Windows too', () => {
    expect(mask('first line\nsecond line', 'first line\r\n second line')).toBe('***\r\n ***');
  });

  test('the rest of a secret is masked if its first bytes were shown, because nothing followed for a while', () => {
    const stream = new Mask([bytes('s3cret')]);
    const shown = [stream.push(bytes('Password: s3')), stream.release(), stream.push(bytes('cret!')), stream.end()];
    expect(text(shown)).toBe('Password: s3***!');
    const long = new Mask([bytes('s3cret')]);
    expect(text([long.push(bytes('s3cr')), long.release()])).toBe('');
    expect(text([long.end()])).toBe('s3cr');
  });

  test('the mark has no character of a secret, so that it can never complete one', () => {
    expect(mask('***', '*****')).toBe('*****');
    expect(mask('****', '*****')).toBe('###');
  });

  test('a secret of 100 KB in a stream of 4 MB is masked in each of its places', () => {
    const secret = `${'k3y/'.repeat(25_000)}end`;
    expect(mask(secret, `${'x'.repeat(2_000_000)}${secret}${'k3y/'.repeat(500_000)}`)).toBe(
      `${'x'.repeat(2_000_000)}***${'k3y/'.repeat(500_000)}`,
    );
  });
});
