import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, encode, extent, maxMessageBytes } from '../../src/adapters/secret-service/wire/message.ts';
import { Reader } from '../../src/adapters/secret-service/wire/reader.ts';
import { typesOf, type Value, WireError } from '../../src/adapters/secret-service/wire/value.ts';
import { Writer } from '../../src/adapters/secret-service/wire/writer.ts';
import { typed } from './values.ts';

function marshal(signature: string, values: readonly Value[]): Buffer {
  const writer = new Writer();
  writer.values(typesOf(signature), values);
  return writer.bytes;
}

function unmarshal(signature: string, bytes: Uint8Array, littleEndian = true): Value[] {
  return new Reader(Buffer.from(bytes), littleEndian).values(typesOf(signature));
}

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');

describe('values', () => {
  test('what was written is what is read, whatever its type', () => {
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 4 }), (parts) => {
        const signature = parts.map((part) => part.signature).join('');
        const values = parts.map((part) => part.value);
        expect(unmarshal(signature, marshal(signature, values))).toEqual(values);
      }),
    );
  });

  test.each<[string, Value[], string]>([
    ['sss', ['foo', '+', 'bar'], '03000000 666f6f00 01000000 2b00 0000 03000000 62617200'],
    ['at', [[5n]], '08000000 00000000 0500000000000000'],
    ['yu', [1, 2], '01000000 02000000'],
    ['v', [['u', 7]], '01 7500 00 07000000'],
    [
      '(oayays)',
      [['/s', Uint8Array.of(), Uint8Array.of(0, 255), 't']],
      '02000000 2f7300 00 00000000 02000000 00ff 0000 01000000 7400',
    ],
  ])('%s is laid out as the specification says', (signature, values, hex) => {
    expect(marshal(signature, values).toString('hex')).toBe(bytes(hex).toString('hex'));
  });

  test.each<[string, Value[], string]>([
    ['sss', ['foo', '+', 'bar'], '00000003 666f6f00 00000001 2b00 0000 00000003 62617200'],
    ['at', [[5n]], '00000008 00000000 0000000000000005'],
    ['a{sv}', [[['k', ['b', true]]]], '00000010 00000000 00000001 6b00 016200 000000 00000001'],
  ])('%s is read with the most significant byte first, too', (signature, values, hex) => {
    expect(unmarshal(signature, bytes(hex), false)).toEqual(values);
  });

  test.each<[string, string, string]>([
    ['a string longer than the message', 's', '05000000 6100'],
    ['a string without its NUL', 's', '01000000 6161'],
    ['a string that is not UTF-8', 's', '01000000 ff00'],
    ['an array longer than the message', 'ay', 'ffffffff 00'],
    ['an array that ends within an element', 'au', '06000000 00000000 0000'],
    ['a variant of no type', 'v', '00 00'],
    ['a variant of two types', 'v', '02 7575 00 00000000 00000000 00000000'],
    ['a variant of an unknown type', 'v', '01 7a 00 00'],
    ['a variant whose struct never closes', 'v', '02 2875 00 00000000'],
    ['an empty struct', 'v', '02 2829 00'],
    ['bytes after the last value', 'y', '01 02'],
    ['fewer bytes than a number has', 'u', '010000'],
    ['nothing at all', 's', ''],
  ])('%s is refused', (_, signature, hex) => {
    expect(() => unmarshal(signature, bytes(hex))).toThrow(WireError);
  });

  test('what would become much memory is refused', () => {
    const nested = Buffer.concat([...Array(100).fill(Buffer.from('\x01v\0')), Buffer.from('\x01y\0\x07')]);
    expect(() => unmarshal('v', nested)).toThrow(/too deep/);
    const empties = Buffer.alloc(4 + 4 * 300_000);
    empties.writeUInt32LE(4 * 300_000);
    expect(() => unmarshal('aay', empties)).toThrow(/too many/);
  });
});

describe('messages', () => {
  const call = { path: '/a', interface: 'a.b', member: 'C', destination: ':1.1', signature: 'sv' };

  test('what was encoded is what is decoded', () => {
    fc.assert(
      fc.property(typed, fc.integer({ min: 1, max: 0xffff_ffff }), ({ signature, value }, serial) => {
        const fields = { path: '/a/b', sender: ':1.5', replyTo: 9, signature };
        const encoded = encode(2, 1, serial, fields, [value]);
        const message = decode(encoded);
        expect(message).toMatchObject({ type: 2, serial, fields });
        expect(message.body(signature)).toEqual([value]);
        expect(extent(encoded).end).toBe(encoded.length);
      }),
    );
  });

  test('a body is read only as what its sender says it is', () => {
    expect(() => decode(encode(1, 0, 1, call, ['a', ['u', 1]])).body('ss')).toThrow(WireError);
  });

  test('a header field of a type that it should not have counts as absent', () => {
    const encoded = encode(1, 0, 1, call, ['a', ['u', 1]]);
    const at = encoded.indexOf(Buffer.from('\x01\x01o\0'));
    encoded[at + 2] = 's'.charCodeAt(0);
    expect(decode(encoded).fields).not.toHaveProperty('path');
  });

  test('a message that says it is larger than is accepted is refused by its head', () => {
    const head = encode(1, 0, 1, {}, []);
    head.writeUInt32LE(maxMessageBytes, 4);
    expect(() => extent(head)).toThrow(/larger/);
    head.writeUInt32LE(0, 4);
    head.writeUInt32LE(100_000, 12);
    expect(() => extent(head)).toThrow(/larger/);
  });

  test('bytes changed or cut anywhere give a message or a WireError, never another failure', () => {
    const encoded = encode(1, 0, 1, call, [
      'text',
      ['a{sv}', [['k', ['(oayays)', ['/', Uint8Array.of(1), Uint8Array.of(), 't']]]]],
    ]);
    const change = fc.tuple(fc.nat(encoded.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(encoded.length), (changes, cut) => {
        const changed = Buffer.from(encoded);
        for (const [at, byte] of changes) changed[at] = byte;
        const bytes = Buffer.concat([
          changed.subarray(0, encoded.length - (cut % 5 === 0 ? cut : 0)),
          Buffer.alloc(16),
        ]);
        try {
          const { end } = extent(bytes);
          if (end > bytes.length) return;
          const message = decode(bytes);
          message.body(message.fields.signature ?? '');
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
