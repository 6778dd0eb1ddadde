import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/adapters/secret-service/dbus/errors.ts';
import { extent, maxMessageBytes } from '../../src/adapters/secret-service/dbus/header.ts';
import { decode, encode } from '../../src/adapters/secret-service/dbus/message.ts';
import { Reader } from '../../src/adapters/secret-service/dbus/reader.ts';
import { typesOf, type Value } from '../../src/adapters/secret-service/dbus/value.ts';
import { Writer } from '../../src/adapters/secret-service/dbus/writer.ts';
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

  test.each<[string, string, string, string]>([
    ['a string longer than the message', 's', '05000000 6100', 'a value ends beyond its message'],
    ['a string without its NUL', 's', '01000000 6161', 'a string is not terminated'],
    ['a string that is not UTF-8', 's', '01000000 ff00', 'a string is not UTF-8'],
    ['an array longer than the message', 'ay', 'ffffffff 00', 'a value ends beyond its message'],
    ['an array that ends within an element', 'au', '06000000 00000000 0000', 'a value ends beyond its message'],
    [
      'an array whose last element ends after it',
      'au',
      '06000000 00000000 00000000',
      'an array is not as long as it says',
    ],
    ['a variant of no type', 'v', '00 00', 'a variant is not one value'],
    ['a variant of two types', 'v', '02 7575 00 00000000 00000000 00000000', 'a variant is not one value'],
    ['a variant of an unknown type', 'v', '01 7a 00 00', 'a signature has a type that is not known'],
    ['a variant whose struct never closes', 'v', '02 2875 00 00000000', 'a signature has a type that is not known'],
    ['an empty struct', 'v', '02 2829 00', 'a signature has a type that is not known'],
    ['bytes after the last value', 'y', '01 02', 'a message is longer than its signature'],
    ['fewer bytes than a number has', 'u', '010000', 'a value ends beyond its message'],
    ['nothing at all', 's', '', 'a value ends beyond its message'],
  ])('%s is refused', (_, signature, hex, why) => {
    expect(() => unmarshal(signature, bytes(hex))).toThrow(new ProtocolError(why));
  });

  test('a replacement character that was sent is text like any other', () => {
    expect(unmarshal('s', marshal('s', ['a\ufffdb']))).toEqual(['a\ufffdb']);
  });

  test('a value that is longer than the room there is gets more, and keeps what is before it', () => {
    const long = 'x'.repeat(5_000);
    expect(unmarshal('sss', marshal('sss', ['before', long, 'after']))).toEqual(['before', long, 'after']);
  });

  test('the types of a signature are told apart, however they are nested', () => {
    const leaf = (code: string) => ({ code, parts: [] });
    expect(typesOf('a{sv}(ua(yt))b')).toEqual([
      { code: 'a', parts: [{ code: '{', parts: [leaf('s'), leaf('v')] }] },
      { code: '(', parts: [leaf('u'), { code: 'a', parts: [{ code: '(', parts: [leaf('y'), leaf('t')] }] }] },
      leaf('b'),
    ]);
    for (const signature of ['a', '(', '(u', '{sv', 'a{sv', 'z', ')'])
      expect(() => typesOf(signature)).toThrow(ProtocolError);
  });

  test.each([
    ['arrays', (depth: number) => 'a'.repeat(depth).concat('y')],
    ['structs', (depth: number) => '('.repeat(depth).concat('y', ')'.repeat(depth))],
  ])('%s may be 32 deep', (_, signatureOf) => {
    const nested = (depth: number): Value => (depth === 0 ? 7 : [nested(depth - 1)]);
    const round = (depth: number) => unmarshal(signatureOf(depth), marshal(signatureOf(depth), [nested(depth)]));
    expect(JSON.stringify(round(32))).toContain('7');
    expect(() => round(34)).toThrow(/too deep/);
  });

  test('[SS18] what would become much memory is refused', () => {
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
    const message = decode(encode(1, 0, 1, call, ['a', ['u', 1]]));
    expect(() => message.body('ss')).toThrow(new ProtocolError('expected "ss", got "sv"'));
    expect(() => message.body('')).toThrow(new ProtocolError('expected "", got "sv"'));
    expect(decode(encode(1, 0, 1, {}, [])).body('')).toEqual([]);
  });

  test('one with the most significant byte first is read, too', () => {
    const reply = bytes('42 02 01 01 00000008 00000009 00000008  05 01 7500 00000007'.concat('  00000003 6f6e6500'));
    expect(extent(reply)).toEqual({ fieldsEnd: 24, bodyStart: 24, end: 32 });
    expect(decode(reply)).toMatchObject({ type: 2, serial: 9, fields: { replyTo: 7 } });
  });

  test.each([
    ['neither byte order', 0, 0x4c],
    ['another version of the protocol', 3, 2],
  ])('%s is none', (_, at, byte) => {
    for (const order of [0x6c, 0x42]) {
      const head = encode(1, 0, 1, {}, []);
      head[0] = order;
      head[at] = byte;
      expect(() => extent(head)).toThrow(new ProtocolError('this is not a D-Bus message'));
    }
  });

  test('one may have 64 KiB of header, and room for a secret of 8 MiB beside it, and no more', () => {
    const head = (fields: number, body: number) => {
      const bytes = encode(1, 0, 1, {}, []);
      bytes.writeUInt32LE(body, 4);
      bytes.writeUInt32LE(fields, 12);
      return bytes;
    };
    expect(maxMessageBytes).toBe(8_454_144);
    expect(extent(head(65_536 - 16, 0)).fieldsEnd).toBe(65_536);
    expect(() => extent(head(65_536 - 15, 0))).toThrow(/larger/);
    expect(extent(head(0, maxMessageBytes - 16)).end).toBe(maxMessageBytes);
    expect(() => extent(head(0, maxMessageBytes - 15))).toThrow(/larger/);
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
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
