import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { messageTypes } from '../../src/adapters/secret-service/dbus/header.ts';
import { decode, encode, type Fields } from '../../src/adapters/secret-service/dbus/message.ts';
import { askProcessOf, PlainBus } from '../../src/adapters/secret-service/dbus/plain-bus.ts';
import { dictionary, marshaled, text } from '../../src/adapters/secret-service/dbus/plain-message.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { fakeBus, sessionBus } from './situations.ts';

const greeting = `OK ${'0'.repeat(32)}\r\n`;
const ask = askProcessOf('org.freedesktop.DBus');

function plainBus(socket: string, limitMs = 4_000): PlainBus {
  const bus = new PlainBus(socket, limitMs);
  onTestFinished(() => bus.end());
  return bus;
}

/** A bus that answers whatever it is first told with these bytes. */
async function answering(...bytes: readonly (string | Uint8Array)[]): Promise<PlainBus> {
  const bus = await fakeBus((client) => {
    client.once('data', () => {
      for (const part of bytes) client.write(part);
    });
  });
  return plainBus(bus.socket);
}

/** The process that a turn of one call is told of. */
async function processToldOf(bus: PlainBus): Promise<number> {
  const asked = bus.ask(ask);
  bus.turn();
  return (await asked).uint();
}

function reply(
  serial: number,
  signature: string,
  values: Parameters<typeof encode>[4],
  type: number = messageTypes.reply,
) {
  const fields: Fields = { replyTo: serial, sender: 'org.freedesktop.DBus', signature };
  return encode(type, 1, serial, fields, values);
}

describe('a call is laid out as the store lays it out', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 20 });

  test('whatever its texts', () => {
    fc.assert(
      fc.property(
        words,
        words,
        words,
        words,
        words,
        fc.nat({ max: 2 ** 31 }),
        (destination, path, of, member, said, serial) => {
          const to = { destination, path, interface: of, member };
          const plain = marshaled({ ...to, signature: 's', body: text(said), gives: '' }, serial);
          const message = decode(Buffer.from(plain, 'latin1'));
          expect({ ...message.fields }).toEqual({ ...to, signature: 's' });
          expect([message.type, message.serial, message.body('s')]).toEqual([messageTypes.call, serial, [said]]);
        },
      ),
    );
  });

  test('whatever the entries of a dictionary', () => {
    fc.assert(
      fc.property(fc.dictionary(words, words, { maxKeys: 4 }), (entries) => {
        const to = { destination: 'd', path: '/p', interface: 'i', member: 'm' };
        const plain = marshaled({ ...to, signature: 'a{ss}', body: dictionary(entries), gives: '' }, 1);
        expect(decode(Buffer.from(plain, 'latin1')).body('a{ss}')).toEqual([Object.entries(entries)]);
      }),
    );
  });

  test('and starts no service', () => {
    expect(marshaled(ask, 1).charCodeAt(2)).toBe(2);
  });
});

describeStore('over a real bus', 'secret-service', missingSessionBus(), () => {
  test('each call has its own reply, turn by turn', async () => {
    const { socket } = await sessionBus();
    const bus = plainBus(socket);
    const first = await processToldOf(bus);
    expect(first).toBeGreaterThan(0);
    const asked = [bus.ask(ask), bus.ask(ask)];
    bus.turn();
    expect((await Promise.all(asked)).map((reply) => reply.uint())).toEqual([first, first]);
  });

  test('though it comes byte by byte', async () => {
    const { socket } = await sessionBus();
    const relay = await fakeBus((client) => byteByByte(client, createConnection({ path: socket })));
    expect(await processToldOf(plainBus(relay.socket))).toBeGreaterThan(0);
  });
});

function byteByByte(client: Socket, upstream: Socket): void {
  client.on('data', (bytes) => upstream.write(bytes));
  upstream.on('data', async (bytes) => {
    for (const byte of bytes) await new Promise((done) => client.write(Uint8Array.of(byte), done));
  });
  client.on('close', () => upstream.destroy());
  client.on('error', () => undefined);
}

describe('whatever is not as expected ends it', () => {
  const hello = reply(1, 's', [':1.1']);

  test('another greeting', async () => {
    const bus = await answering(`REJECTED EXTERNAL${' '.repeat(40)}\r\n`);
    await expect(processToldOf(bus)).rejects.toThrow('the bus rejects this user, or it is none');
  });

  test.each<[string, readonly Uint8Array[], string]>([
    ['an error', [hello, reply(2, 's', ['no'], messageTypes.error)], 'the answer is an error'],
    ['a reply of another signature', [hello, reply(2, 's', ['x'])], 'expected "u", got "s"'],
    ['what is no message', [Buffer.alloc(64, 'x')], 'this is not a D-Bus message'],
    ['more than is read at once', [hello, signalOf('x'.repeat(9000))], 'the bus answers more than is read at once'],
    ['a message with its most significant byte first', [bigEndian(hello)], 'its most significant byte first'],
  ])('%s', async (_, messages, why) => {
    const bus = await answering(greeting, ...messages);
    await expect(processToldOf(bus)).rejects.toThrow(why);
    await expect(processToldOf(bus)).rejects.toThrow(why);
  });

  test('a bus that does not answer in time, to which no connection is left', async () => {
    let closed: Promise<unknown> | undefined;
    const bus = await fakeBus((client) => {
      closed = once(client.resume(), 'close');
    });
    await expect(processToldOf(plainBus(bus.socket, 50))).rejects.toThrow('the connection is closed');
    await closed;
  });

  test('a bus that hangs up', async () => {
    const bus = await fakeBus((client) => client.once('data', () => client.destroy()));
    await expect(processToldOf(plainBus(bus.socket, 60_000))).rejects.toThrow(/closed|ECONNRESET/);
  });

  test('for all that is asked later, too', async () => {
    const bus = plainBus('/nowhere/bus');
    await expect(processToldOf(bus)).rejects.toThrow('ENOENT');
    await wait(20);
    await expect(processToldOf(bus)).rejects.toThrow('ENOENT');
  });

  test('a socket that nobody listens at', async () => {
    await expect(processToldOf(plainBus('/nowhere/bus'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('but not signals, nor replies to what was not asked', async () => {
    const bus = await answering(greeting, hello, signalOf('x'), reply(7, 's', ['x']), reply(2, 'u', [42]));
    expect(await processToldOf(bus)).toBe(42);
  });

  test('nor what comes in pieces', async () => {
    const whole = Buffer.concat([Buffer.from(greeting), hello, reply(2, 'u', [42])]);
    const bus = await fakeBus((client) => {
      client.once('data', async () => {
        for (const [from, to] of [[0, 2], [2, 40], [40, 60], [60]]) {
          client.write(whole.subarray(from, to));
          await wait(20);
        }
      });
    });
    expect(await processToldOf(plainBus(bus.socket))).toBe(42);
  });
});

function signalOf(text: string): Buffer {
  const fields: Fields = { path: '/p', interface: 'i.i', member: 'M', replyTo: 2, signature: 's' };
  return encode(messageTypes.signal, 1, 9, fields, [text]);
}

/** The same, by its first byte. */
function bigEndian(message: Buffer): Buffer {
  const swapped = Buffer.from(message);
  swapped[0] = 0x42;
  for (const at of [4, 8, 12]) swapped.subarray(at, at + 4).reverse();
  return swapped;
}
