import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findSecret, Payload } from '../../src/adapters/encrypted-file/payload.ts';
import { Secret } from '../../src/domain/secret.ts';

// Few names, so that some begin as others do, with what JSON escapes or UTF-8 takes several bytes for.
const part = fc.string({
  unit: fc.constantFrom('a', '"', '\\', ',', '[', ']', 'é', '漢', '😀'),
  minLength: 1,
  maxLength: 3,
});
const name = fc.record({ service: part, account: part });
const secret = fc.uint8Array({ maxLength: 40 });
const credentials = fc.array(fc.tuple(name, secret), { maxLength: 8 });

function payloadOf(all: readonly (readonly [name: { service: string; account: string }, Uint8Array])[]): Payload {
  const payload = new Payload();
  for (const [each, bytes] of all) payload.set(each, new Secret(bytes));
  return payload;
}

test('law: what is found by the beginning of its row is what is found by reading all', () => {
  fc.assert(
    fc.property(credentials, name, (all, other) => {
      const payload = payloadOf(all);
      for (const each of [...payload.names(), other])
        expect(findSecret(payload.serialise(), each)?.expose()).toEqual(payload.get(each)?.expose());
    }),
  );
});

test('law: of what is cut short, nothing is found, or what was there', () => {
  fc.assert(
    fc.property(credentials, fc.nat(), (all, cut) => {
      const payload = payloadOf(all);
      const whole = payload.serialise();
      for (const each of payload.names())
        expect([undefined, payload.get(each)?.expose()]).toContainEqual(
          findSecret(whole.subarray(0, cut % whole.length), each)?.expose(),
        );
    }),
  );
});

test.each([
  ['is no base64', '[["a","b","***"]]'],
  ['is another spelling of its bytes', '[["a","b","YR=="]]'],
  ['is followed by more', '[["a","b","YQ==","c"]]'],
  ['is no text', '[["a","b",7]]'],
])('a secret that %s is none', (_, payload) => {
  expect(findSecret(Buffer.from(payload), { service: 'a', account: 'b' })).toBeUndefined();
});
