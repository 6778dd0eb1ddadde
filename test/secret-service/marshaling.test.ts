import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxMessageBytes, readExtent, readHeader, writeCall } from '../../src/adapters/secret-service/dbus/header.ts';
import { ProtocolError, Reader } from '../../src/adapters/secret-service/dbus/reader.ts';
import { Writer } from '../../src/adapters/secret-service/dbus/writer.ts';
import * as codec from '../faults/dbus-codec.ts';
import { text, typed } from './values.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const dictionary = fc.dictionary(text, text, { maxKeys: 4 });

/** Marshals values with the codec of the tests, which knows every type by its signature. */
function marshal(signature: string, values: readonly codec.Value[]): Buffer {
  const writer = new codec.Writer();
  writer.values(codec.typesOf(signature), values);
  return writer.bytes;
}

/** One value of each type that the client writes and reads. */
type Sample = [
  signature: string,
  value: fc.Arbitrary<codec.Value>,
  read: (reader: Reader) => unknown,
  write: (writer: Writer, value: never) => unknown,
];

const samples: readonly Sample[] = [
  ['y', fc.nat(255), (reader) => reader.readByte(), (writer, value) => writer.writeByte(value)],
  ['u', fc.nat(0xffff_ffff), (reader) => reader.readUint32(), (writer, value) => writer.writeUint32(value)],
  ['b', fc.boolean(), (reader) => reader.readBoolean(), (writer, value) => writer.writeBoolean(value)],
  ['s', text, (reader) => reader.readString(), (writer, value) => writer.writeString(value)],
  [
    'g',
    fc.constantFrom('', 's', '(oayays)'),
    (reader) => reader.readSignature(),
    (writer, value) => writer.writeSignature(value),
  ],
  ['ay', fc.uint8Array({ maxLength: 20 }), (reader) => reader.readBytes(), (writer, value) => writer.writeBytes(value)],
  [
    'as',
    fc.array(text, { maxLength: 4 }),
    (reader) => reader.readStrings(),
    (writer, value) => writer.writeStrings(value),
  ],
  [
    'a{ss}',
    dictionary.map((entries) => Object.entries(entries)),
    (reader) => Object.entries(reader.readDictionary()),
    (writer, value) => writer.writeDictionary(Object.fromEntries(value)),
  ],
];

/** Values of several types in a row, so that each is aligned behind whatever precedes it. */
const row = fc.array(
  fc.constantFrom(...samples).chain((sample) => sample[1].map((value) => ({ sample, value }))),
  { maxLength: 5 },
);

describe('the reader and the writer of values', () => {
  test('the writer writes what the codec of the tests writes', () => {
    fc.assert(
      fc.property(row, (values) => {
        const writer = new Writer();
        for (const { sample, value } of values) sample[3](writer, value as never);
        const signature = values.map(({ sample: [type] }) => type).join('');
        expect(writer.take().toString('hex')).toBe(
          marshal(
            signature,
            values.map(({ value }) => value),
          ).toString('hex'),
        );
      }),
    );
  });

  test('the reader reads what the codec of the tests wrote', () => {
    fc.assert(
      fc.property(row, (values) => {
        const signature = values.map(({ sample: [type] }) => type).join('');
        const reader = new Reader(
          marshal(
            signature,
            values.map(({ value }) => value),
          ),
          true,
        );
        for (const { sample, value } of values) expect(sample[2](reader)).toEqual(value);
        reader.finish();
      }),
    );
  });

  test.each<[string, (reader: Reader) => unknown, string, unknown]>([
    ['a number', (reader) => reader.readUint32(), '00000102', 258],
    ['a long number', (reader) => reader.readUint64(), '0000000000000102', 258n],
    ['a string', (reader) => reader.readString(), '00000003 666f6f00', 'foo'],
    ['strings', (reader) => reader.readStrings(), '0000000e 00000001 6100 0000 00000001 6200', ['a', 'b']],
  ])('%s may have its most significant byte first', (_, read, hex, value) => {
    const reader = new Reader(bytes(hex), false);
    expect(read(reader)).toEqual(value);
    reader.finish();
  });

  test('a long number is read least significant byte first, too', () => {
    fc.assert(
      fc.property(text, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (before, number) => {
        const reader = new Reader(marshal('st', [before, number]), true);
        expect([reader.readString(), reader.readUint64()]).toEqual([before, number]);
        reader.finish();
      }),
    );
  });

  test.each<[string, codec.Value]>([
    ['y', 7],
    ['u', 70_000],
    ['t', 2n ** 40n],
    ['s', 'text'],
    ['o', '/path'],
    ['g', 'a{sv}'],
  ])('a variant of type %s has its value', (type, value) => {
    const reader = new Reader(marshal('yv', [1, [type, value]]), true);
    expect([reader.readByte(), reader.readVariant()]).toEqual([1, { type, value }]);
    reader.finish();
  });

  test('a boolean in a variant is a number', () => {
    expect(new Reader(marshal('v', [['b', true]]), true).readVariant()).toEqual({ type: 'b', value: 1 });
  });

  test.each<[string, codec.Value]>([
    ['ay', Uint8Array.of(1, 2, 3)],
    ['as', ['a', 'b']],
    ['at', [1n]],
    ['a{sv}', [['key', ['u', 1]]]],
    ['a(su)', [['a', 1]]],
    ['a{ss}', []],
    ['aat', [[1n]]],
  ])('a variant of type %s is skipped, wherever it starts', (type, value) => {
    for (const bytesBefore of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const before = Array(bytesBefore).fill(0);
      const message = marshal(`${'y'.repeat(bytesBefore)}vs`, [...before, [type, value], 'after']);
      const reader = new Reader(message, true, bytesBefore);
      expect(reader.readVariant()).toEqual({ type, value: undefined });
      expect(reader.readString()).toBe('after');
      reader.finish();
    }
  });

  test.each<[string, (reader: Reader) => unknown, string, string]>([
    [
      'a string longer than the message',
      (reader) => reader.readString(),
      '05000000 6100',
      'a value ends beyond its message',
    ],
    ['a string without its NUL', (reader) => reader.readString(), '01000000 6161', 'a string is not terminated'],
    ['a string that is not UTF-8', (reader) => reader.readString(), '01000000 ff00', 'a string is not UTF-8'],
    ['bytes beyond the message', (reader) => reader.readBytes(), 'ffffffff 00', 'a value ends beyond its message'],
    ['strings beyond the message', (reader) => reader.readStrings(), 'ffffffff 00', 'a value ends beyond its message'],
    [
      'strings that end within one',
      (reader) => reader.readStrings(),
      '05000000 01000000 6100 0000',
      'an array is not as long as it says',
    ],
    [
      'a dictionary that ends within an entry',
      (reader) => reader.readDictionary(),
      '01000000 00000000 01',
      'a value ends beyond its message',
    ],
    ['a variant of no type', (reader) => reader.readVariant(), '00 00', 'a variant has the unexpected type ""'],
    [
      'a variant of a struct',
      (reader) => reader.readVariant(),
      '03 28752900',
      'a variant has the unexpected type "(u)"',
    ],
    [
      'a variant of an unknown type',
      (reader) => reader.readVariant(),
      '01 7a 00',
      'a variant has the unexpected type "z"',
    ],
    [
      'an array in a variant beyond the message',
      (reader) => reader.readVariant(),
      '02 617900 05000000 00',
      'a value ends beyond its message',
    ],
    ['a number of too few bytes', (reader) => reader.readUint32(), '010000', 'a value ends beyond its message'],
    ['a long number of too few bytes', (reader) => reader.readUint64(), '01000000', 'a value ends beyond its message'],
    ['no bytes at all', (reader) => reader.readByte(), '', 'a value ends beyond its message'],
    ['bytes after the last value', (reader) => reader.finish(), '01', 'a message is longer than its signature'],
  ])('%s is rejected', (_, read, hex, message) => {
    expect(() => read(new Reader(bytes(hex), true))).toThrow(new ProtocolError(message));
  });

  test('a replacement character that was sent is an ordinary character', () => {
    expect(new Reader(marshal('s', ['a\ufffdb']), true).readString()).toBe('a\ufffdb');
  });

  test('bytes that were read are a copy', () => {
    const message = marshal('ay', [Uint8Array.of(1, 2)]);
    const read = new Reader(message, true).readBytes();
    message.fill(0);
    expect(read).toEqual(Uint8Array.of(1, 2));
  });

  test('[SS18] a message that would take much memory is rejected', () => {
    const empty = Buffer.alloc(4 + 8 * 300_000);
    empty.writeUInt32LE(8 * 300_000);
    expect(() => new Reader(empty, true).readStrings()).toThrow(new ProtocolError('a message has too many values'));
    const most = marshal('as', [Array(250_000).fill('')]);
    expect(new Reader(most, true).readStrings()).toHaveLength(250_000);
    const two = marshal('asas', [Array(250_000).fill(''), ['']]);
    const reader = new Reader(two, true);
    reader.readStrings();
    expect(() => reader.readStrings()).toThrow(/too many values/);
  });

  test('of any bytes, reading ends or is rejected', () => {
    const reads = samples.map(([, , read]) => read);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom(...reads), fc.boolean(), (input, read, order) => {
        const reader = new Reader(Buffer.from(input), order);
        expect(() => {
          while (!reader.isAtEnd) read(reader);
          reader.readByte();
        }).toThrow(ProtocolError);
      }),
    );
  });

  test('a value larger than the room that is left gets more, and values around it are kept', () => {
    const long = 'x'.repeat(5_000);
    const writer = new Writer();
    for (const text of ['before', long, 'after']) writer.writeString(text);
    const reader = new Reader(writer.take(), true);
    expect([reader.readString(), reader.readString(), reader.readString()]).toEqual(['before', long, 'after']);
    expect(writer.length).toBe(0);
  });
});

describe('messages', () => {
  const method = { destination: ':1.1', path: '/a', interface: 'a.b', member: 'C' };
  const fields = { path: '/a', interface: 'a.b', member: 'C', destination: ':1.1', signature: 'sv' };

  test('a call is what the codec of the tests reads, whatever its texts and wherever it starts', () => {
    fc.assert(
      fc.property(
        fc.tuple(text, text, text, text),
        text,
        fc.nat({ max: 2 ** 31 }),
        ([destination, path, of, member], before, serial) => {
          const call = { destination, path, interface: of, member };
          const writer = new Writer();
          writer.writeRaw('x'.repeat(before.length));
          writeCall(
            writer,
            {
              ...call,
              signature: 'sa{ss}',
              write: (body) => {
                body.writeString(before);
                body.writeDictionary({ [before]: member });
              },
            },
            serial,
            2,
          );
          writeCall(writer, call, 2, 3);
          const rest = writer.take().subarray(before.length);
          const { end } = readExtent(rest);
          const first = codec.decode(rest.subarray(0, end));
          expect(first).toMatchObject({ type: 1, serial, fields: { ...call, signature: 'sa{ss}' } });
          expect(first.body('sa{ss}')).toEqual([before, [[before, member]]]);
          const second = codec.decode(rest.subarray(end));
          expect(second).toMatchObject({ type: 1, serial: 2, fields: { ...call, signature: '' } });
          expect([rest[2], rest[end + 2], readExtent(rest.subarray(end)).end]).toEqual([2, 3, rest.length - end]);
        },
      ),
    );
  });

  test('the header of a message says what the codec of the tests wrote', () => {
    fc.assert(
      fc.property(typed, text, fc.nat(0xffff_ffff), ({ signature, value }, sender, replyTo) => {
        const encoded = codec.encode(2, 1, 7, { path: '/a/b', interface: 'a.b', sender, replyTo, signature }, [value]);
        const extent = readExtent(encoded);
        expect(extent.end).toBe(encoded.length);
        expect(readHeader(encoded, extent)).toEqual({
          type: 2,
          path: '/a/b',
          member: '',
          errorName: '',
          replyTo,
          sender,
          signature,
        });
      }),
    );
  });

  test('a message may have its most significant byte first', () => {
    const message = bytes('42 02 01 01 00000008 00000009 00000008  05 01 7500 00000007  00000003 6f6e6500');
    const extent = readExtent(message);
    expect(extent).toEqual({ isLittleEndian: false, fieldsEnd: 24, bodyStart: 24, end: 32 });
    expect(readHeader(message, extent)).toMatchObject({ type: 2, replyTo: 7 });
  });

  test.each([
    ['neither byte order', 0, 0x4c],
    ['another version of the protocol', 3, 2],
  ])('bytes with %s are rejected', (_, at, byte) => {
    for (const order of [0x6c, 0x42]) {
      const message = codec.encode(1, 0, 1, {}, []);
      message[0] = order;
      message[at] = byte;
      expect(() => readExtent(message)).toThrow(new ProtocolError('this is not a D-Bus message'));
    }
  });

  test('a message may have a header of 64 KiB, and room for a secret of 8 MiB, and no more', () => {
    const message = (fieldsBytes: number, bodyBytes: number) => {
      const bytes = codec.encode(1, 0, 1, {}, []);
      bytes.writeUInt32LE(bodyBytes, 4);
      bytes.writeUInt32LE(fieldsBytes, 12);
      return bytes;
    };
    expect(maxMessageBytes).toBe(8_454_144);
    expect(readExtent(message(65_536 - 16, 0)).fieldsEnd).toBe(65_536);
    expect(() => readExtent(message(65_536 - 15, 0))).toThrow(/larger/);
    expect(readExtent(message(0, maxMessageBytes - 16)).end).toBe(maxMessageBytes);
    expect(() => readExtent(message(0, maxMessageBytes - 15))).toThrow(/larger/);
  });

  test('a header field of another type than it should have is ignored', () => {
    const encoded = codec.encode(1, 0, 1, fields, ['a', ['u', 1]]);
    const at = encoded.indexOf(Buffer.from('\x01\x01o\0'));
    encoded[at + 2] = 's'.charCodeAt(0);
    expect(readHeader(encoded, readExtent(encoded))).toMatchObject({ path: '', member: 'C' });
  });

  test('bytes changed anywhere decode to a message or fail with a ProtocolError, never with anything else', () => {
    const encoded = codec.encode(1, 0, 1, { ...fields, signature: 'sas' }, ['text', ['a', 'b']]);
    const change = fc.tuple(fc.nat(encoded.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const changed = Buffer.from(encoded);
        for (const [at, byte] of changes) changed[at] = byte;
        try {
          const extent = readExtent(changed);
          if (extent.end > changed.length) return;
          readHeader(changed, extent);
          const body = new Reader(changed.subarray(extent.bodyStart, extent.end), extent.isLittleEndian);
          body.readString();
          body.readStrings();
          body.finish();
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test('a method without arguments has an empty body', () => {
    const writer = new Writer();
    writeCall(writer, method, 1, 2);
    expect(codec.decode(writer.take()).body('')).toEqual([]);
  });
});
