import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSecret } from '../../src/app/credentials/get-credential.ts';
import { isValidName } from '../../src/domain/credential-name.ts';
import { Secret } from '../../src/domain/secret.ts';
import { parseExport, serialiseExport } from '../../src/domain/transfer/export-document.ts';

const at = '2026-11-03T09:00:00.000Z';
const tools = { decode: decodeSecret, encode: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64') };
const code = (expected: string) => expect.objectContaining({ code: expected });

const credential = fc
  .record({
    service: fc.string({ minLength: 1, unit: 'binary' }),
    account: fc.string({ unit: 'binary' }),
    secret: fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'binary' }).map((text) => new TextEncoder().encode(text)),
    ),
    times: fc.constantFrom({}, { writtenAt: at }, { store: 'file', writtenAt: at, expiresAt: at }),
  })
  .filter(isValidName)
  .map(({ times, secret, ...name }) => ({ ...name, ...times, secret: new Secret(secret) }));

describe('an export', () => {
  test('law: a parsed document has the bytes that were serialised', () => {
    fc.assert(
      fc.property(fc.array(credential), (credentials) => {
        const parsed = parseExport(serialiseExport(credentials, at, tools));
        expect(parsed.map(({ secret, ...rest }) => ({ ...rest, bytes: [...secret.expose()] }))).toEqual(
          credentials.map(({ secret, ...rest }) => ({ ...rest, bytes: [...secret.expose()] })),
        );
      }),
    );
  });

  const document = (entry: object, head: object = {}) =>
    JSON.stringify({
      format: 'keystow-export',
      version: 1,
      credentials: [{ service: 'a', account: 'b', ...entry }],
      ...head,
    });

  test('has text as text, and anything else in base64', () => {
    const [text, bytes] = [new Secret(Buffer.from('é')), new Secret(Uint8Array.of(0xff))];
    const name = { service: 'a', account: 'b' };
    const [first, second] = JSON.parse(
      serialiseExport(
        [text, bytes].map((secret) => ({ ...name, secret })),
        at,
        tools,
      ),
    ).credentials;
    expect(first).toEqual({ ...name, secret: 'é' });
    expect(second).toEqual({ ...name, secretBase64: '/w==' });
  });

  test('has only the parts that are known', () => {
    const [credential] = parseExport(document({ secret: 'x', store: 7, more: 1 }));
    expect(Object.keys(credential ?? {}).sort()).toEqual(['account', 'secret', 'service']);
  });

  test.each([
    ['{}', 'the file is not an export of keystow', 'docs/export.md'],
    [document({ secret: 'x' }, { version: 0 }), 'the file has no valid version', 'docs/export.md'],
    [document({ secret: 'x' }, { version: 1.5 }), 'the file has no valid version', 'docs/export.md'],
    [document({ secret: 'x' }, { version: 2 }), 'the export has version 2, and this keystow reads version 1', 'update'],
    [document({ secret: 'x' }, { credentials: {} }), 'the file has no list of credentials', 'docs/export.md'],
    [
      document({ secret: 'x' }, { credentials: [null] }),
      'the file has an invalid credential: number 1',
      'docs/export.md',
    ],
    [document({ secret: 'x', service: 7 }), 'the file has an invalid credential: number 1', 'docs/export.md'],
    [document({ secret: 'x', service: ['a'] }), 'the file has an invalid credential: number 1', 'docs/export.md'],
    [document({ secret: 'x', account: ['a'] }), 'the file has an invalid credential: number 1', 'docs/export.md'],
    [document({ secret: 'x', account: null }), 'the file has an invalid credential: number 1', 'docs/export.md'],
  ])('%s is rejected, with the reason', (text, message, hint) => {
    expect(() => parseExport(text)).toThrow(expect.objectContaining({ message, hint: expect.stringContaining(hint) }));
  });

  test.each([
    ['', 'invalid-input'],
    ['[]', 'invalid-input'],
    [document({ secret: 'x' }, { format: 'other' }), 'invalid-input'],
    [document({ secret: 'x' }, { version: 2 }), 'file-version'],
    [document({ secret: 'x' }, { version: '1' }), 'invalid-input'],
    [document({ secret: 'x' }, { credentials: {} }), 'invalid-input'],
    [document({}), 'invalid-input'],
    [document({ secret: 'x', secretBase64: 'eA==' }), 'invalid-input'],
    [document({ secretBase64: 'eA=' }), 'invalid-input'],
    [document({ secretBase64: 7 }), 'invalid-input'],
    [document({ secret: '\ud800' }), 'invalid-input'],
    [document({ secret: 'x', service: '' }), 'invalid-input'],
    [document({ secret: 'x', account: 7 }), 'invalid-input'],
    [document({ secret: 'x', expiresAt: 'tomorrow' }), 'invalid-input'],
    [document({ secret: 'x', writtenAt: '2026-02-30T09:00:00.000Z' }), 'invalid-input'],
  ])('%s is rejected', (text, expected) => expect(() => parseExport(text)).toThrow(code(expected)));

  test('fields that it does not know are ignored', () => {
    expect(parseExport(document({ secret: 'x', later: 1 }, { later: [] }))).toMatchObject([
      { service: 'a', account: 'b' },
    ]);
  });
});
