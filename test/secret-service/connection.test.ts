import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { messageTypes, readExtent } from '../../src/adapters/secret-service/dbus/header.ts';
import type { Reader } from '../../src/adapters/secret-service/dbus/reader.ts';
import { ProtocolError } from '../../src/adapters/secret-service/dbus/reader.ts';
import { decode, encode, type Fields, type Message, type Value } from '../faults/dbus-codec.ts';
import { eventually } from '../support/eventually.ts';
import { fakeBus } from './situations.ts';

const authResponse = `OK ${'0123456789abcdef'.repeat(2)}\r\n`;
const disconnected = { errorName: 'org.freedesktop.DBus.Error.Disconnected', message: 'the connection is closed' };
const ping = { destination: 'org.example.A', path: '/a', interface: 'org.example.I', member: 'Ping' };
const toReason = (error: unknown) => error;

/** Calls whose replies are a string, or empty. */
const callForString = { ...ping, replySignature: 's', read: (reply: Reader) => reply.readString() };
const callForNothing = { ...ping, replySignature: '', read: () => 'nothing' };

/** A connection to a fake bus that sends `first` when the client connects. */
async function connected(first: string | Buffer = authResponse) {
  const received: Buffer[] = [];
  let client: Socket | undefined;
  const bus = await fakeBus((socket) => {
    client = socket;
    socket.on('data', (bytes) => received.push(bytes));
    socket.write(first);
  });
  const connection = new Connection(bus.socket);
  onTestFinished(() => connection.end());
  await eventually(() => expect(parseMessages(received)).toHaveLength(1));
  return {
    bus,
    connection,
    /** What the client has sent since it authenticated. */
    messages: () => parseMessages(received),
    authentication: () => Buffer.concat(received).toString('latin1').split('BEGIN\r\n')[0],
    send: (...messages: readonly Buffer[]) => client?.write(Buffer.concat(messages)),
    async sendByteByByte(bytes: Buffer) {
      for (const byte of bytes) {
        client?.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    hangUp: () => client?.destroy(),
  };
}

function parseMessages(received: readonly Buffer[]): readonly Message[] {
  const bytes = Buffer.concat(received);
  const messages: Message[] = [];
  let rest = bytes.subarray(bytes.indexOf('BEGIN\r\n') + 'BEGIN\r\n'.length);
  while (rest.length > 0) {
    messages.push(decode(rest));
    rest = rest.subarray(readExtent(rest).end);
  }
  return messages;
}

function reply(replyTo: number, signature: string, values: readonly Value[], fields: Fields = {}): Buffer {
  return encode(messageTypes.reply, 0, 9, { replyTo, signature, ...fields }, values);
}

function signal(member: string, signature = '', values: readonly Value[] = []): Buffer {
  return encode(messageTypes.signal, 0, 9, { path: '/a', interface: 'org.example.I', member, signature }, values);
}

const hello = reply(1, 's', [':1.7']);

describe('what a client sends', () => {
  test('it authenticates, calls Hello, and then makes each call in order, without starting a service', async () => {
    const { connection, messages, authentication } = await connected();
    void connection.call({ ...callForNothing, signature: 's', write: (body) => body.writeString('x') }).catch(toReason);
    void connection.call({ ...callForNothing, member: 'Pong' }).catch(toReason);
    await eventually(() => expect(messages()).toHaveLength(3));
    const uid = Buffer.from(`${process.getuid?.()}`).toString('hex');
    expect(authentication()).toBe(`\0AUTH EXTERNAL ${uid}\r\n`);
    const bus = {
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
    };
    expect(messages().map(({ fields }) => fields)).toEqual([
      { ...bus, member: 'Hello', signature: '' },
      { ...ping, signature: 's' },
      { ...ping, member: 'Pong', signature: '' },
    ]);
    expect(messages().map(({ type, serial }) => [type, serial])).toEqual([1, 2, 3].map((serial) => [1, serial]));
    expect(messages()[1]?.body('s')).toEqual(['x']);
  });

  test('calls of one turn of the event loop, and those of its microtasks, are sent in one piece', async () => {
    const pieces: Buffer[] = [];
    const bus = await fakeBus((socket) => socket.on('data', (bytes) => pieces.push(bytes)));
    const connection = new Connection(bus.socket);
    onTestFinished(() => connection.end());
    void connection.call(callForNothing).catch(toReason);
    await Promise.resolve();
    void connection.call(callForNothing).catch(toReason);
    await eventually(() => expect(parseMessages(pieces)).toHaveLength(3));
    expect(pieces).toHaveLength(1);
    void connection.call(callForNothing).catch(toReason);
    await eventually(() => expect(parseMessages(pieces)).toHaveLength(4));
    expect(pieces).toHaveLength(2);
  });

  test.each([
    ['a call', 2, (connection: Connection) => void connection.call(callForNothing).catch(toReason)],
    ['a call without a reply', 3, (connection: Connection) => connection.callWithoutReply(ping)],
  ])('%s has the flags %d', async (_, flags, call) => {
    const received: Buffer[] = [];
    const bus = await fakeBus((client) => client.on('data', (bytes) => received.push(bytes)));
    const connection = new Connection(bus.socket);
    onTestFinished(() => connection.end());
    call(connection);
    await eventually(() => expect(parseMessages(received)).toHaveLength(2));
    const bytes = Buffer.concat(received);
    expect(bytes[bytes.lastIndexOf(Uint8Array.of(0x6c, 1, flags, 1))]).toBe(0x6c);
  });

  test('a call without a reply is sent although the connection is closed right after it', async () => {
    const { bus, connection, messages } = await connected();
    connection.callWithoutReply(ping);
    connection.end();
    connection.callWithoutReply(ping);
    await eventually(() => expect(bus.connections()).toBe(0));
    expect(messages().map(({ fields, serial }) => [fields.member, serial])).toEqual([
      ['Hello', 1],
      ['Ping', 2],
    ]);
  });

  test('a call larger than any buffer is sent whole, and those after it too', async () => {
    const { connection, messages } = await connected();
    const text = 'é'.repeat(300_000);
    const call = { ...callForNothing, signature: 's' };
    for (const each of [text, 'after'])
      void connection.call({ ...call, write: (body) => body.writeString(each) }).catch(toReason);
    await eventually(() => expect(messages()).toHaveLength(3));
    expect(messages().map((message) => message.fields.signature && message.body('s')[0])).toEqual(['', text, 'after']);
  });
});

describe('what a bus sends', () => {
  test('may arrive in any pieces', async () => {
    const { connection, sendByteByByte } = await connected('O');
    const call = connection.call({ ...callForString, read: (reply, sender) => [reply.readString(), sender] });
    const rang = connection.waitForSignal(({ member }) => member);
    await sendByteByByte(Buffer.from(authResponse.slice(1)));
    expect(connection.hasAnswered).toBe(false);
    await sendByteByByte(Buffer.concat([hello, signal('Rang'), reply(2, 's', ['pong'], { sender: ':1.9' })]));
    expect(await call).toEqual(['pong', ':1.9']);
    expect(await rang).toBe('Rang');
    expect(connection.hasAnswered).toBe(true);
  });

  test('is understood as soon as the last byte of the response to the authentication is there', async () => {
    const { connection, send } = await connected(authResponse.slice(0, -1));
    send(Buffer.from(authResponse.slice(-1)));
    send(hello);
    await eventually(() => expect(connection.hasAnswered).toBe(true));
  });

  test('may arrive in one piece, from the response to the authentication to the start of a further message', async () => {
    const last = reply(2, '', []);
    const { connection, send } = await connected(
      Buffer.concat([Buffer.from(authResponse), hello, last.subarray(0, 16)]),
    );
    const call = connection.call(callForNothing);
    send(last.subarray(16));
    expect(await call).toBe('nothing');
  });

  test('may be larger than the buffer, and a message may cross its end', async () => {
    const { connection, send } = await connected();
    const sizes = [10, 5_000, 5_000, 100_000, 7_900, 300, 1_000_000, 3];
    const calls = sizes.map(() => connection.call(callForString));
    send(hello, ...sizes.map((size, index) => reply(2 + index, 's', [`${index}`.repeat(size)])));
    expect(await Promise.all(calls)).toEqual(sizes.map((size, index) => `${index}`.repeat(size)));
  });

  test('may have its most significant byte first', async () => {
    const { connection, send } = await connected();
    const call = connection.call({ ...ping, replySignature: 'u', read: (reply) => reply.readUint32() });
    const bigEndian = '42 02 01 01 00000004 00000009 0000000f  05 01 7500 00000002 08 01 6700 01 7500 00  0000002a';
    send(hello, Buffer.from(bigEndian.replaceAll(' ', ''), 'hex'));
    expect(await call).toBe(42);
  });

  test('an error reply to Hello rejects every call', async () => {
    const { connection, send } = await connected();
    const call = connection.call(callForNothing).catch(toReason);
    const fields = { replyTo: 1, errorName: 'org.freedesktop.DBus.Error.LimitsExceeded', signature: 's' };
    send(encode(messageTypes.error, 0, 1, fields, ['too many']));
    expect(await call).toMatchObject({ errorName: fields.errorName, message: 'too many' });
    expect(connection.isOpen).toBe(false);
    expect(connection.hasAnswered).toBe(false);
  });

  test('an error reply whose body is not a text has an empty message', async () => {
    const { connection, send } = await connected();
    const call = connection.call(callForNothing).catch(toReason);
    const other = connection.call(callForNothing).catch(toReason);
    send(
      hello,
      encode(messageTypes.error, 0, 1, { replyTo: 2, errorName: 'org.example.Broken', signature: 'u' }, [7]),
      encode(messageTypes.error, 0, 1, { replyTo: 3, signature: 'su' }, ['words', 7]),
    );
    expect(await call).toMatchObject({ errorName: 'org.example.Broken', message: '' });
    expect(await other).toMatchObject({ errorName: '', message: '' });
    expect(connection.isOpen).toBe(true);
  });

  test('an unexpected reply, a second reply, and any other message are ignored', async () => {
    const { connection, send } = await connected();
    const call = connection.call(callForString);
    const later = connection.call({ ...callForString, read: (reply, sender) => [reply.readString(), sender] });
    send(
      hello,
      reply(99, 'u', [1]),
      encode(messageTypes.error, 0, 1, { replyTo: 98, errorName: 'org.example.Broken' }, []),
      encode(messageTypes.call, 0, 1, { ...ping, replyTo: 2, signature: 's' }, ['a call']),
      encode(messageTypes.signal, 0, 1, { ...ping, replyTo: 2, signature: 's' }, ['a signal']),
      reply(2, 's', ['the answer']),
      reply(2, 'u', [2]),
      reply(3, 's', ['the next']),
    );
    expect(await call).toBe('the answer');
    expect(await later).toEqual(['the next', '']);
    expect(connection.isOpen).toBe(true);
  });

  test.each<[string, Buffer, string]>([
    ['of another signature', reply(2, 'u', [1]), 'expected "s", got "u"'],
    ['that is not read to its end', reply(2, 's', ['x'], { path: '/a' }), 'a message is longer than its signature'],
  ])('a reply %s ends the connection', async (why, message, words) => {
    const { connection, send } = await connected();
    const read = (reply: Reader) => (why.includes('end') ? reply.readByte() : reply.readString());
    const call = connection.call({ ...callForString, read }).catch(toReason);
    const other = connection.call(callForString).catch(toReason);
    send(hello, message);
    expect(await call).toMatchObject({ message: words });
    expect(await other).toBe(await call);
    expect(connection.isOpen).toBe(false);
  });

  test('bytes that are no message end the connection', async () => {
    const { connection, send } = await connected();
    const call = connection.call(callForString).catch(toReason);
    send(hello, Buffer.alloc(16, 'x'));
    expect(await call).toEqual(new ProtocolError('this is not a D-Bus message'));
    expect(connection.isOpen).toBe(false);
  });
});

test('progress is a reply that somebody waits for, or a part of any reply, and nothing else', async () => {
  const { connection, send } = await connected();
  let progress = 0;
  connection.onProgress = () => {
    progress += 1;
  };
  const waitFor = (wanted: string) => connection.waitForSignal(({ member }) => member === wanted || undefined);
  const [call, last] = [connection.call(callForString), connection.call(callForString)];
  const first = waitFor('First');
  send(hello, signal('First'), reply(2, 's', ['whole']));
  expect([await first, await call, progress]).toEqual([true, 'whole', 2]);

  // The buffer still has the reply behind this signal.
  const second = waitFor('Other');
  send(signal('Hello'), signal('First'), signal('Other'));
  await second;
  const third = waitFor('Third');
  send(hello, reply(99, 's', ['unexpected']), signal('Third'), signal('Later').subarray(0, 16));
  await third;
  expect(progress).toBe(2);

  const later = waitFor('Later');
  const answer = reply(3, 's', ['last']);
  send(signal('Later').subarray(16), answer.subarray(0, 2));
  await later;
  await eventually(() => expect(progress).toBe(3));
  send(answer.subarray(2));
  expect([await last, progress]).toEqual(['last', 4]);
});

describe('a signal', () => {
  test('is passed to each waiter until that has picked one', async () => {
    const { connection, send } = await connected();
    const seen: string[] = [];
    const second = connection.waitForSignal(({ member }) => {
      seen.push(member);
      return member === 'Second' ? 'picked' : undefined;
    });
    const last = connection.waitForSignal(({ member, body }) =>
      member === 'Last' ? body('s').readString() : undefined,
    );
    send(hello, signal('First'), signal('Second'), signal('Third'), signal('Last', 's', ['last']));
    expect(await second).toBe('picked');
    expect(await last).toBe('last');
    expect(seen).toEqual(['First', 'Second']);
  });

  test('is the only kind of message that is passed on', async () => {
    const { connection, send } = await connected();
    const seen: number[] = [];
    const waiting = connection.waitForSignal(({ type, member }) => {
      seen.push(type);
      return member;
    });
    send(hello, encode(messageTypes.call, 0, 1, ping, []), signal('Rang'));
    expect(await waiting).toBe('Rang');
    expect(seen).toEqual([messageTypes.signal]);
  });

  test('of another signature than the waiter reads ends the connection', async () => {
    const { connection, send } = await connected();
    const waiting = connection.waitForSignal(({ body }) => body('s').readString()).catch(toReason);
    send(hello, signal('Rang'));
    expect(await waiting).toMatchObject({ message: 'expected "s", got ""' });
    expect(connection.isOpen).toBe(false);
  });
});

describe('the end of a connection', () => {
  test.each<[string, (at: Awaited<ReturnType<typeof connected>>) => unknown, unknown]>([
    ['with an error', ({ connection }) => connection.end(new Error('because')), { message: 'because' }],
    ['without one', ({ connection }) => connection.end(), disconnected],
    ['by the bus', ({ hangUp }) => hangUp(), disconnected],
  ])('%s rejects every pending and every later call', async (_, end, expected) => {
    const at = await connected();
    const { connection } = at;
    const pending = [
      connection.call(callForNothing).catch(toReason),
      connection.waitForSignal(() => undefined).catch(toReason),
    ];
    await eventually(() => expect(at.messages()).toHaveLength(2));
    expect(connection.isOpen).toBe(true);
    end(at);
    for (const work of pending) expect(await work).toMatchObject(expected as object);
    expect(connection.isOpen).toBe(false);
    connection.end(new Error('another reason'));
    const later = [connection.call(callForNothing), connection.waitForSignal(() => undefined)];
    for (const work of later) expect(await work.catch(toReason)).toMatchObject(expected as object);
    await eventually(() => expect(at.bus.connections()).toBe(0));
  });

  test('is immediate if nothing listens on the socket', async () => {
    const connection = new Connection('/nonexistent/bus');
    expect(await connection.call(callForNothing).catch(toReason)).toMatchObject({
      code: 'ENOENT',
      syscall: 'connect',
    });
    expect(connection.isOpen).toBe(false);
  });
});
