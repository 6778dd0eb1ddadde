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
