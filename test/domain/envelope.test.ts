import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Envelope,
  findHeaderKeySource,
  formatAssociatedData,
  formatSlotData,
  type HeaderV1,
  type HeaderV2,
  listSlots,
  parseEnvelope,
  serialiseEnvelope,
} from '../../src/domain/envelope/envelope.ts';
import {
  argon2Bounds,
  type KdfHeader,
  normaliseKdfHeader,
  recommendedCost,
} from '../../src/domain/envelope/key-derivation.ts';
import { type KeySlot, maxSlots, nonceBytes, tagBytes } from '../../src/domain/envelope/key-slot.ts';
import { computeBase64Length } from '../../src/domain/text/encodings.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';

const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array).toString('base64'));
const within = ([min, max]: readonly [number, number]) => fc.integer({ min, max });

const kdfs: fc.Arbitrary<KdfHeader> = fc.oneof(
  fc.record({ name: fc.constant('hkdf-sha256' as const), salt: bytes(32) }),
  fc
    .record({
      name: fc.constant('argon2id' as const),
      memoryKiB: within(argon2Bounds.memoryKiB),
      iterations: within(argon2Bounds.iterations),
      parallelism: within(argon2Bounds.parallelism),
      salt: bytes(...argon2Bounds.saltBytes),
    })
    .filter(({ memoryKiB, iterations }) => memoryKiB * iterations <= argon2Bounds.passesKiB[1]),
);
const slots = fc.oneof(
  fc.tuple(kdfs, bytes(nonceBytes), bytes(48)).map(([kdf, nonce, key]): KeySlot => {
    return { kind: kdf.name === 'argon2id' ? 'passphrase' : 'home', kdf, nonce, key };
  }),
  fc
    .record({
      kind: fc.constantFrom('tpm', 'recovery', '__proto__'),
      data: fc.string(),
      more: fc.record({ a: fc.nat() }),
    })
    .map((fields) => ({ kind: 'unknown' as const, fields })),
);
const countPasses = (list: HeaderV2['slots']) =>
  list.reduce((sum, slot) => {
    const kdf = slot.kind === 'unknown' ? undefined : slot.kdf;
    return sum + (kdf?.name === 'argon2id' ? kdf.memoryKiB * kdf.iterations : 0);
  }, 0);
const envelopes: fc.Arbitrary<Envelope> = fc.oneof(
  fc.record({
    version: fc.constant(1 as const),
    kdf: kdfs,
    nonce: bytes(nonceBytes),
    ciphertext: bytes(tagBytes, 100),
  }),
  fc
    .record({
      version: fc.constant(2 as const),
      application: fc.string({ minLength: 1, maxLength: 20 }),
      id: bytes(16),
      slots: fc.array(slots, { minLength: 1, maxLength: 4 }),
      nonce: bytes(nonceBytes),
      ciphertext: bytes(tagBytes, 100),
    })
    .filter(({ slots }) => countPasses(slots) <= argon2Bounds.passesKiB[1]),
);

const sample: HeaderV1 & { ciphertext: string } = {
  version: 1,
  kdf: { name: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4, salt: 'c2FsdHNhbHRzYWx0c2FsdA==' },
  nonce: 'bm9uY2Vub25jZW5v',
  ciphertext: 'Y2lwaGVydGV4dCB3aXRoIGl0cyB0YWcu',
};
const text = serialiseEnvelope(sample);
const why = (changed: string) => {
  const parsed = parseEnvelope(changed);
  return parsed.kind === 'damaged' ? parsed.why : parsed.kind;
};

describe('an envelope', () => {
  test('is JSON without blanks, in the order of the format, followed by a newline', () => {
    expect(text).toBe(
      '{"format":"keystow-credentials","version":1,"kdf":{"name":"argon2id","memoryKiB":65536,"iterations":3,' +
        '"parallelism":4,"salt":"c2FsdHNhbHRzYWx0c2FsdA=="},"cipher":"aes-256-gcm","nonce":"bm9uY2Vub25jZW5v",' +
        '"ciphertext":"Y2lwaGVydGV4dCB3aXRoIGl0cyB0YWcu"}\n',
    );
  });

  test('law: serialising and parsing returns the same envelope', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        expect(parseEnvelope(serialiseEnvelope(envelope))).toEqual({ kind: 'envelope', envelope });
      }),
    );
  });

  test('law: only the serialised text parses to an envelope', () => {
    const edits = fc.tuple(envelopes, fc.nat(), fc.nat(3), fc.string({ maxLength: 3, unit: 'binary-ascii' }));
    fc.assert(
      fc.property(edits, ([envelope, position, cut, insert]) => {
        const original = serialiseEnvelope(envelope);
        const at = position % original.length;
        const changed = original.slice(0, at) + insert + original.slice(at + cut);
        const parsed = parseEnvelope(changed);
        if (parsed.kind === 'envelope') expect(serialiseEnvelope(parsed.envelope)).toBe(changed);
      }),
      { numRuns: fastOrSlow(400, 2000) },
    );
  });

  test('law: no text makes the parser throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' })), (any) => {
        expect(['damaged', 'foreign']).toContain(parseEnvelope(any).kind);
      }),
    );
  });

  test('contains only the fields of the format', () => {
    const salt = Buffer.alloc(32).toString('base64');
    const given = { more: 1, salt, name: 'hkdf-sha256' } as const;
    expect(Object.entries(normaliseKdfHeader(given))).toEqual([
      ['name', 'hkdf-sha256'],
      ['salt', salt],
    ]);
  });

  test('[DOM5] authenticates everything but the ciphertext', () => {
    expect(formatAssociatedData(sample)).toBe(text.replace(/,"ciphertext".*\n/, '}'));
  });
});

describe('a text that is not a valid envelope', () => {
  test.each([
    ['', 'it is empty'],
    [text.slice(0, -30), 'it is truncated or not JSON'],
    [text.slice(0, -1), 'it was altered'],
    [text.replace('\n', ' \n'), 'it was altered'],
    [text.replace('\n', '\r'), 'it was altered'],
    [text.replace('"}\n', '"]\n'), 'it is truncated or not JSON'],
    [text.replace('"version":1', '"version": 1'), 'it was altered'],
    [text.replace('}\n', ',"more":1}\n'), 'it was altered'],
    [text.replace('"version":1', '"version":1,"version":1'), 'it was altered'],
    [
      text.replace('{"format":"keystow-credentials","version":1', '{"version":1,"format":"keystow-credentials"'),
      'it was altered',
    ],
    [text.replace('{"format"', '{"__proto__":{},"format"'), 'it was altered'],
    [text.replace('65536', '65536.0'), 'it was altered'],
    [text.replace('aes-256-gcm', 'aes-128-gcm'), 'it was altered'],
    [text.replace('aes-256-gcm', 'aes\\u002d256-gcm'), 'it was altered'],
    [text.replace('"version":1', '"version":0'), 'its version is not a positive integer'],
    [text.replace('"version":1', '"version":"1"'), 'its version is not a positive integer'],
    [text.replace(/"kdf":{[^}]*}/, '"kdf":[]'), 'its key derivation is missing'],
    [text.replace('"argon2id"', '"scrypt"'), 'its key derivation is unknown'],
    [text.replace('c2FsdHNhbHRzYWx0c2FsdA==', 'c2FsdHNhbHRzYWx0c2FsdB=='), 'its salt is not base64'],
    [text.replace('"c2FsdHNhbHRzYWx0c2FsdA=="', '7'), 'its salt is not base64'],
    [text.replace('"bm9uY2Vub25jZW5v"', '7'), 'its nonce is not 12 bytes in base64'],
    [text.replace('bm9uY2Vub25jZW5v', 'bm9uY2Vub25jZQ=='), 'its nonce is not 12 bytes in base64'],
    [text.replace(/"ciphertext":"[^"]*"/, `"ciphertext":"${'A'.repeat(20)}"`), 'its ciphertext is too short'],
    [text.replace(/"ciphertext":"[^"]*"/, '"ciphertext":"'), 'its ciphertext is too short'],
    [text.replace(/"ciphertext":"[^"]*"/, '"ciphertext":7'), 'it was altered'],
    [text.replace(/"ciphertext":"([^"]*)"/, '"ciphertext":["$1"]'), 'it was altered'],
  ])('%j is damaged: %s', (changed, expected) => {
    expect(why(changed)).toBe(expected);
  });

  test.each(['null', '7', '"text"', '[]', '{}', '{"format":"other"}', '{"tokens":{"host":"bearer"}}'])(
    '%s is foreign',
    (other) => expect(parseEnvelope(other)).toEqual({ kind: 'foreign' }),
  );

  test('a later version is recognised, whatever else the file contains', () => {
    const later = '{"format":"keystow-credentials","version":3,"shards":[]}';
    expect(parseEnvelope(later)).toEqual({ kind: 'later-version', version: 3 });
  });
});

describe('version 2', () => {
  const homeSlot: KeySlot = {
    kind: 'home',
    kdf: { name: 'hkdf-sha256', salt: Buffer.alloc(32).toString('base64') },
    nonce: sample.nonce,
    key: Buffer.alloc(48).toString('base64'),
  };
  const passphraseSlot: KeySlot = { ...homeSlot, kind: 'passphrase', kdf: sample.kdf };
  const other = { kind: 'unknown' as const, fields: { kind: 'tpm', handle: 7, policy: { pcr: '0,7' } } };
  const second: HeaderV2 & { ciphertext: string } = {
    version: 2,
    application: 'keystow',
    id: Buffer.alloc(16).toString('base64'),
    slots: [homeSlot],
    nonce: sample.nonce,
    ciphertext: sample.ciphertext,
  };
  const withSlots = (...slots: HeaderV2['slots']) => serialiseEnvelope({ ...second, slots });
  const newText = serialiseEnvelope(second);

  test('authenticates everything but the ciphertext, all slots included', () => {
    expect(formatAssociatedData(second)).toBe(newText.replace(/,"ciphertext".*\n/, '}'));
  });

  test('authenticates a slot with the file that it is in, but without its key', () => {
    expect(formatSlotData(second, homeSlot)).toBe(
      `{"format":"keystow-credentials","version":2,"application":"keystow","id":"${second.id}","slot":` +
        `{"kind":"home","kdf":{"name":"hkdf-sha256","salt":"${homeSlot.kdf.salt}"},"nonce":"${homeSlot.nonce}"}}`,
    );
  });

  test('lists the slots that can be opened, those of the home directory first', () => {
    const slots = [other, passphraseSlot, homeSlot, other, { ...passphraseSlot, key: 'second' }];
    expect(listSlots({ ...second, slots })).toEqual([homeSlot, passphraseSlot, { ...passphraseSlot, key: 'second' }]);
  });

  test('may be as large as the limits', () => {
    const largest: HeaderV2['slots'][number] = {
      kind: 'unknown',
      fields: { kind: 'tpm', data: 'x'.repeat(990), no: null },
    };
    expect(JSON.stringify(largest.fields)).toHaveLength(1024);
    const slots = Array<HeaderV2['slots'][number]>(maxSlots).fill(largest);
    const envelope = { ...second, application: 'x'.repeat(256), slots };
    expect(parseEnvelope(serialiseEnvelope(envelope))).toEqual({ kind: 'envelope', envelope });
  });

  test('keeps slots of unknown kinds, in their place', () => {
    const parsed = parseEnvelope(withSlots(other, homeSlot, other));
    expect(parsed).toMatchObject({ envelope: { slots: [other, homeSlot, other] } });
  });

  test.each([
    [[homeSlot], 'home'],
    [[passphraseSlot], 'passphrase'],
    [[passphraseSlot, homeSlot], 'home'],
    [[other, passphraseSlot], 'passphrase'],
    [[other], undefined],
  ] as const)('%#: is as weak as its weakest slot', (slots, keySource) => {
    expect(findHeaderKeySource({ ...second, slots })).toBe(keySource);
  });

  test('is as weak as its key derivation in version 1', () => {
    expect(findHeaderKeySource(sample)).toBe('passphrase');
    expect(findHeaderKeySource({ ...sample, kdf: homeSlot.kdf })).toBe('home');
  });

  test.each([
    [newText.replace('"keystow"', '""'), 'its application is missing'],
    [newText.replace('"keystow"', '7'), 'its application is missing'],
    [newText.replace('"keystow"', `"${'x'.repeat(257)}"`), 'its application is missing'],
    [newText.replace('"id":"AAAA', '"id":"'), 'its id is not 16 bytes in base64'],
    [newText.replace(/"id":"[^"]*"/, '"id":7'), 'its id is not 16 bytes in base64'],
    [newText.replace(/"kdf":{[^}]*}/, '"kdf":[]'), 'its key derivation is missing'],
    [newText.replace('"hkdf-sha256"', '"scrypt"'), 'its key derivation is unknown'],
    [newText.replace(/"slots":\[.*\],"cipher"/, '"slots":[],"cipher"'), `it doesn't have 1 to ${maxSlots} key slots`],
    [newText.replace(/"slots":\[.*\],"cipher"/, '"slots":{},"cipher"'), `it doesn't have 1 to ${maxSlots} key slots`],
    [withSlots(...Array(maxSlots + 1).fill(homeSlot)), `it doesn't have 1 to ${maxSlots} key slots`],
    [newText.replace('"kind":"home"', '"kind":7'), 'a key slot has no kind'],
    [newText.replace('"kind":"home"', '"kind":"passphrase"'), 'its key derivation is of another kind'],
    [withSlots({ ...homeSlot, key: 'AAAA' }), 'the key of a key slot is not 48 bytes in base64'],
    [withSlots({ ...homeSlot, nonce: 'AAAA' }), 'the nonce of a key slot is not 12 bytes in base64'],
    [withSlots({ kind: 'unknown', fields: { kind: 'tpm', data: 'x'.repeat(1024) } }), 'a key slot is too large'],
    [withSlots({ kind: 'unknown', fields: { kind: 'tpm', data: { a: { b: 1 } } } }), 'a key slot is too large'],
    [withSlots({ kind: 'unknown', fields: { kind: 'tpm', data: { a: 1, b: {} } } }), 'a key slot is too large'],
    [withSlots({ kind: 'unknown', fields: { kind: 'tpm', data: [] } }), 'a key slot is too large'],
    [newText.replace('"kind":"home"', '"kind":"home","more":1'), 'it was altered'],
    [newText.replace('{"kind"', '{ "kind"'), 'it was altered'],
    [withSlots(other).replace('7', '7.0'), 'it was altered'],
  ])('%j is damaged: %s', (changed, expected) => {
    expect(why(changed)).toBe(expected);
  });

  test('all slots together must not cost more than one may', () => {
    const costly: KeySlot = {
      ...passphraseSlot,
      kdf: { ...sample.kdf, memoryKiB: 262_144, iterations: 3 } as KdfHeader,
    };
    expect(parseEnvelope(withSlots(costly)).kind).toBe('envelope');
    expect(why(withSlots(costly, passphraseSlot))).toMatch(/^its key slots require passesKiB/);
  });
});

test('a new file uses the second recommended option of RFC 9106 §4', () => {
  expect(recommendedCost).toEqual({ memoryKiB: 64 * 1024, iterations: 3, parallelism: 4 });
});

describe('key derivation parameters out of bounds are rejected', () => {
  const salted = (length: number) => Buffer.alloc(length, 7).toString('base64');
  test.each([
    ['memoryKiB', { memoryKiB: 8_191 }],
    ['memoryKiB', { memoryKiB: 262_145 }],
    ['memoryKiB', { memoryKiB: 4_294_967_296 }],
    ['iterations', { iterations: 0 }],
    ['iterations', { iterations: 11 }],
    ['iterations', { iterations: -1 }],
    ['parallelism', { parallelism: 0 }],
    ['parallelism', { parallelism: 9 }],
    ['passesKiB', { memoryKiB: 262_144, iterations: 4 }],
    ['saltBytes', { salt: salted(15) }],
    ['saltBytes', { salt: salted(65) }],
  ])('%s in %j', (what, change) => {
    const kdf = { ...sample.kdf, ...change } as KdfHeader;
    expect(why(serialiseEnvelope({ ...sample, kdf }))).toMatch(
      new RegExp(`^its key derivation requires ${what} -?\\d+, but keystow allows \\d+ to \\d+$`),
    );
  });

  test.each([{ memoryKiB: 65_536.5 }, { iterations: '3' }, { parallelism: null }])('%j', (change) => {
    const kdf = { ...sample.kdf, ...change } as KdfHeader;
    expect(why(serialiseEnvelope({ ...sample, kdf }))).toBe('the cost of its key derivation is not three integers');
  });

  test.each([0, 31, 33])('an HKDF salt of %i bytes', (length) => {
    const kdf: KdfHeader = { name: 'hkdf-sha256', salt: salted(length) };
    expect(why(serialiseEnvelope({ ...sample, kdf }))).toBe('its salt is not 32 bytes long');
  });
});

describe('base64', () => {
  test('law: the decoded length is the number of bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (array) => {
        expect(computeBase64Length(Buffer.from(array).toString('base64'))).toBe(array.length);
      }),
    );
  });

  test.each(['=AAA', 'A=AA', 'AA=A', 'A===', '====', '==', 'A', 'AA', 'AAA', 'AAAAA', 'AA-_', 'AA A', 'AAB=', 'AB=='])(
    '%j is not canonical',
    (text) => expect(computeBase64Length(text)).toBeUndefined(),
  );

  test.each([
    ['', 0],
    ['AAA=', 2],
    ['AAE=', 2],
    ['AA==', 1],
    ['AQ==', 1],
    ['+/9z', 3],
  ])('%j decodes to %d bytes', (text, length) => expect(computeBase64Length(text)).toBe(length));

  test('law: a canonical text is the only one for its bytes', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ABQgwz019+/=-_ \n'), maxLength: 12 });
    fc.assert(
      fc.property(letters, (any) => {
        if (computeBase64Length(any) !== undefined) expect(Buffer.from(any, 'base64').toString('base64')).toBe(any);
      }),
      { numRuns: fastOrSlow(400, 2000) },
    );
  });
});
