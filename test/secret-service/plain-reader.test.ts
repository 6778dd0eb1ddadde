import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlainReader } from '../../src/adapters/secret-service/dbus/plain-reader.ts';
import { typesOf, type Value } from '../../src/adapters/secret-service/dbus/value.ts';
import { Writer } from '../../src/adapters/secret-service/dbus/writer.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });

function written(signature: string, values: readonly Value[]): PlainReader {
  const writer = new Writer();
  writer.values(typesOf(signature), values);
  return new PlainReader(writer.bytes);
}

describe('what the store writes is read, whatever went before it', () => {
  test('a number', () => {
    fc.assert(
      fc.property(text, fc.nat(0xffff_ffff), (before, number) => {
        const reader = written('su', [before, number]);
        expect([reader.text(), reader.uint(), reader.left]).toEqual([before, number, false]);
      }),
    );
  });

  test('a signature, and a text', () => {
    fc.assert(
      fc.property(text, (said) => {
        const reader = written('ygs', [7, 'a{ss}', said]);
        expect([reader.byte(), reader.signature(), reader.text(), reader.left]).toEqual([7, 'a{ss}', said, false]);
      }),
    );
  });

  test('bytes', () => {
    fc.assert(
      fc.property(text, fc.uint8Array({ maxLength: 40 }), (before, bytes) => {
        const reader = written('say', [before, bytes]);
        expect([reader.text(), new Uint8Array(reader.bytes()), reader.left]).toEqual([before, bytes, false]);
      }),
    );
  });

  test('texts, and texts behind them', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), fc.array(text, { maxLength: 4 }), (some, others) => {
        const reader = written('asas', [some, others]);
        expect([reader.texts(), reader.texts(), reader.left]).toEqual([some, others, false]);
      }),
    );
  });
});

test('law: of any bytes, what is read ends, or is refused', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.constantFrom('texts', 'text', 'bytes', 'signature', 'uint'),
      (bytes, what) => {
        const reader = new PlainReader(Buffer.from(bytes));
        expect(() => {
          while (reader.left) reader[what]();
          reader.byte();
        }).toThrow(Error);
      },
    ),
  );
});

test.each([
  ['bytes', '05000000 0000'],
  ['text', '02000000 6162'],
  ['texts', '08000000 01000000 61'],
] as const)('%s that end beyond the message are refused', (what, hex) => {
  const reader = new PlainReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  expect(() => reader[what]()).toThrow('a value ends beyond its message');
});
