import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
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

const invalidPayload = 'invalid payload';
const fail = () => {
  throw new Error(invalidPayload);
};

/** Returns `undefined` if the payload is invalid. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    expect(error).toMatchObject({ message: invalidPayload });
    return undefined;
  }
}

/** The only valid text of a payload of version 2, from docs/envelope.md. */
function serialiseBySpecification(counter: number, credentials: ReadonlyMap<string, string>): string {
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const rows = [...credentials]
    .map(([key, secret]) => [...(JSON.parse(key) as [string, string]), secret] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  const lines = rows.map((each) => `\n${JSON.stringify(each)}`);
  return `{"counter":${counter},"credentials":[${lines.join(',')}\n]}`;
}

const contents = fc
  .array(fc.tuple(name, base64), { maxLength: 8 })
  .map((rows) => new Map(rows.map(([{ service, account }, secret]) => [JSON.stringify([service, account]), secret])));
const counters = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 });

describe('a payload of version 2', () => {
  test('law: after any changes, it is the only valid text of its credentials, with the next counter', () => {
    const change = fc.tuple(name, fc.option(fc.uint8Array({ maxLength: 40 })));
    fc.assert(
      fc.property(counters, contents, fc.array(change, { maxLength: 8 }), (counter, before, changes) => {
        const expected = new Map(before);
        const payload = Payload.parse(Buffer.from(serialiseBySpecification(counter, before)), fail);
        for (const [each, bytes] of changes) {
          const key = JSON.stringify([each.service, each.account]);
          expect(payload.has(each)).toBe(expected.has(key));
          if (bytes === null) {
            expect(payload.delete(each)).toBe(expected.delete(key));
          } else {
            payload.set(each, new Secret(bytes));
            expected.set(key, Buffer.from(bytes).toString('base64'));
            expect(payload.get(each)?.expose()).toEqual(bytes);
          }
        }
        expect(Buffer.concat(payload.serialise()).toString()).toBe(serialiseBySpecification(counter + 1, expected));
      }),
      { numRuns: 1000 },
    );
  });

  test('law: of any other text, nothing is listed, and nothing is reported absent', () => {
    const edits = fc.tuple(
      contents,
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', ',', '\n', '"', '[', ']', '\\', ' ', 'YQ==', '\\u0061', '["a","a",""],\n'),
    );
    fc.assert(
      fc.property(edits, name, ([before, position, cut, insert], other) => {
        const text = serialiseBySpecification(7, before);
        const at = position % text.length;
        // As UTF-8: half a surrogate pair becomes U+FFFD.
        const changed = Buffer.from(text.slice(0, at) + insert + text.slice(at + cut)).toString();
        const payload = attempt(() => Payload.parse(Buffer.from(changed), fail));
        const names = payload && attempt(() => payload.names());
        if (payload === undefined) return;
        if (names === undefined) {
          const absent = attempt(() => [payload.get(other)]);
          if (absent) expect(absent[0]).toBeDefined();
          return;
        }
        const parsed = JSON.parse(changed) as { counter: number; credentials: string[][] };
        const rows = parsed.credentials.map(([service, account, secret]) => {
          return [JSON.stringify([service, account]), secret ?? ''] as const;
        });
        expect(serialiseBySpecification(parsed.counter, new Map(rows))).toBe(changed);
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    '',
    '{}',
    '[]',
    '{"counter":1,"credentials":[]}',
    '{"counter":0,"credentials":[\n]}',
    '{"counter":01,"credentials":[\n]}',
    '{"counter":1,"credentials":[\n]}\n',
    '{"counter":9007199254740993,"credentials":[\n]}',
  ])('%j is invalid', (text) => expect(() => Payload.parse(Buffer.from(text), fail)).toThrow(invalidPayload));
});

test('a line without the end of its secret is invalid', () => {
  const parsed = Payload.parse(Buffer.from('{"counter":1,"credentials":[\n["a","a","]\n]}'), fail);
  expect(() => parsed.names()).toThrow(invalidPayload);
});

describe('the payload of version 1', () => {
  test('becomes that of version 2 when it is written', () => {
    const payload = Payload.parseV1(Buffer.from('[["b","b",""],["a","a","YQ=="]]'), fail);
    expect(payload.counter).toBe(0);
    expect(Buffer.concat(payload.serialise()).toString()).toBe(
      '{"counter":1,"credentials":[\n["a","a","YQ=="],\n["b","b",""]\n]}',
    );
  });

  test.each(['[],', '{},', '1,', '["a","a",""],'])('of millions of %s is invalid, and is not parsed', (row) => {
    const parse = vi.spyOn(JSON, 'parse');
    const text = `[${row.repeat(1_000_000)}[]]`;
    expect(() => Payload.parseV1(Buffer.from(text), fail)).toThrow(invalidPayload);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });

  test('law: the parser accepts exactly the texts that follow the format, and returns their credentials', () => {
    fc.assert(
      fc.property(payloadText, name, (text, other) => {
        const [payload, expected] = [
          attempt(() => Payload.parseV1(Buffer.from(text), fail)),
          parseBySpecification(text),
        ];
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

  test('that is not UTF-8 is invalid', () => {
    expect(() => Payload.parseV1(Buffer.from('[["\xe9","a",""]]', 'latin1'), fail)).toThrow(invalidPayload);
  });

  test.each(['YQ', 'YQ=', 'YR==', 'YWI', 'YWJ=', 'YQ==YQ==', '=YQ=', 'Y Q=', 'YQ-_', '****', 'YWJj\\n'])(
    'with a secret %j, which is not canonical base64, is invalid wherever that row is',
    (secret) => {
      const rows = ['["a","a","YWJjYWJj"]', `["b","b","${secret}"]`, '["c","c","YWI="]'];
      for (const order of [rows, rows.toReversed(), [...rows.slice(1), rows[0]], rows.slice(1, 2)])
        expect(() => Payload.parseV1(Buffer.from(`[${order.join(',')}]`), fail)).toThrow(invalidPayload);
    },
  );
});
