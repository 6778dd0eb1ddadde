import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Payload } from '../../src/adapters/encrypted-file/payload.ts';
import { Secret } from '../../src/domain/secret.ts';

// Few names, so that some are prefixes of others or occur twice, made of what JSON escapes or UTF-8 encodes in several bytes.
const part = fc.string({
  unit: fc.constantFrom('a', '"', '\\', ',', '[', ']', 'é', '漢', '😀'),
  minLength: 1,
  maxLength: 3,
});
const name = fc.record({ service: part, account: part });
const base64 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const row = fc.tuple(part, part, base64).map((parts) => JSON.stringify(parts));

/** Invalid rows. */
const invalid = fc.constantFrom(
  'x',
  'null',
  '7',
  '[]',
  '["a","a"]',
  '["a","a",""',
  '["a","a","","a"]',
  '["","a",""]',
  '["a","a","*"]',
  '["a","a","YR=="]',
  '["a","a","YQ"]',
  '["a","a","YQ=="]["a","a","YQ=="]',
  '["a\\u0000","a",""]',
  '["\\ud800","a",""]',
  '["a",7,""]',
  '["a","a",7]',
);

/** Payloads, and texts that are nearly payloads: with an invalid row, a duplicate, garbage, or a part missing. */
const payloadText = fc
  .tuple(
    fc.array(fc.oneof({ weight: 12, arbitrary: row }, { weight: 1, arbitrary: invalid }), { maxLength: 6 }),
    fc.constantFrom('', '', '', ' ', 'x', '["a","a",""],'),
    fc.option(fc.nat(200), { freq: 4 }),
  )
  .map(([rows, garbage, cut]) => `${garbage}[${rows.join(',')}]`.slice(0, cut ?? undefined));

/** A second implementation of "The payload" in docs/envelope.md, rule by rule. */
function parseBySpecification(text: string): Map<string, string> | undefined {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return undefined;
  }
  const credentials = new Map<string, string>();
  if (!Array.isArray(rows)) return undefined;
  for (const row of rows) {
    if (!Array.isArray(row) || row.length !== 3 || row.some((part) => typeof part !== 'string')) return undefined;
    const [service, account, secret] = row as [string, string, string];
    for (const part of [service, account]) if (!/^[^\0]{1,1024}$/.test(part) || !part.isWellFormed()) return undefined;
    if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/.test(secret))
      return undefined;
    const key = JSON.stringify([service, account]);
    if (credentials.has(key)) return undefined;
    credentials.set(key, secret);
  }
  return credentials;
}

describe('a payload', () => {
  test('law: the parser accepts exactly the texts that follow the format, and returns their credentials', () => {
    fc.assert(
      fc.property(payloadText, name, (text, other) => {
        const [payload, expected] = [Payload.parse(Buffer.from(text)), parseBySpecification(text)];
        expect(payload === undefined).toBe(expected === undefined);
        if (payload === undefined || expected === undefined) return;
        expect(
          payload
            .names()
            .map(({ service, account }) => JSON.stringify([service, account]))
            .sort(),
        ).toEqual([...expected.keys()].sort());
        for (const each of [...payload.names(), other]) {
          const secret = payload.get(each);
          expect(secret && Buffer.from(secret.expose()).toString('base64')).toBe(
            expected.get(JSON.stringify([each.service, each.account])),
          );
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('law: serialising and parsing returns the same credentials', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.uint8Array({ maxLength: 40 })), { maxLength: 8 }), (credentials) => {
        const payload = new Payload();
        for (const [each, bytes] of credentials) payload.set(each, new Secret(bytes));
        const parsed = Payload.parse(payload.serialise());
        expect(parsed?.names()).toEqual(payload.names());
        for (const each of payload.names()) expect(parsed?.get(each)?.expose()).toEqual(payload.get(each)?.expose());
      }),
    );
  });

  test('that is not UTF-8 is invalid', () => {
    expect(Payload.parse(Buffer.from('[["\xe9","a",""]]', 'latin1'))).toBeUndefined();
  });

  test.each(['YQ', 'YQ=', 'YR==', 'YWI', 'YWJ=', 'YQ==YQ==', '=YQ=', 'Y Q=', 'YQ-_', '****', 'YWJj\\n'])(
    'with a secret %j, which is not canonical base64, is invalid wherever that row is',
    (secret) => {
      const rows = ['["a","a","YWJjYWJj"]', `["b","b","${secret}"]`, '["c","c","YWI="]'];
      for (const order of [rows, rows.toReversed(), [...rows.slice(1), rows[0]], rows.slice(1, 2)])
        expect(Payload.parse(Buffer.from(`[${order.join(',')}]`))).toBeUndefined();
    },
  );
});
