import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { ProtocolError } from '../../src/adapters/secret-service/dbus/errors.ts';
import { extent, messageTypes } from '../../src/adapters/secret-service/dbus/header.ts';
import { decode, encode, type Fields, type Message } from '../../src/adapters/secret-service/dbus/message.ts';
import type { Value } from '../../src/adapters/secret-service/dbus/value.ts';
import { eventually } from '../support/eventually.ts';
import { fakeBus } from './situations.ts';

const greeting = `OK ${'0123456789abcdef'.repeat(2)}\r\n`;
const disconnected = { errorName: 'org.freedesktop.DBus.Error.Disconnected', message: 'the connection is closed' };
const ping = { destination: 'org.example.A', path: '/a', interface: 'org.example.I', member: 'Ping' };
const reason = (error: unknown) => error;

/** A connection to a bus that says what a test has it say, after the greeting. */
async function connected(first: string | Buffer = greeting) {
  const heard: Buffer[] = [];
  let client: Socket | undefined;
  const bus = await fakeBus((socket) => {
    client = socket;
    socket.on('data', (bytes) => heard.push(bytes));
    socket.write(first);
  });
  const connection = new Connection(bus.socket);
  onTestFinished(() => connection.end());
  await eventually(() => expect(messagesIn(heard)).toHaveLength(1));
  return {
    bus,
    connection,
    /** What the client has sent, after the authentication. */
    messages: () => messagesIn(heard),
    authentication: () => Buffer.concat(heard).toString('latin1').split('BEGIN\r\n')[0],
    say: (...messages: readonly Buffer[]) => client?.write(Buffer.concat(messages)),
    /** One byte at a time, each on a way of its own. */
    async spell(bytes: Buffer) {
      for (const byte of bytes) {
        client?.write(Uint8Array.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    hangUp: () => client?.destroy(),
  };
}

function messagesIn(heard: readonly Buffer[]): readonly Message[] {
  const bytes = Buffer.concat(heard);
  const messages: Message[] = [];
  let rest = bytes.subarray(bytes.indexOf('BEGIN\r\n') + 'BEGIN\r\n'.length);
  while (rest.length > 0) {
    messages.push(decode(rest));
    rest = rest.subarray(extent(rest).end);
  }
  return messages;
}

function reply(replyTo: number, signature: string, values: readonly Value[], fields: Fields = {}): Buffer {
  return encode(messageTypes.reply, 0, 9, { replyTo, signature, ...fields }, values);
}

function signal(member: string): Buffer {
  return encode(messageTypes.signal, 0, 9, { path: '/a', interface: 'org.example.I', member }, []);
}

const hello = reply(1, 's', [':1.7']);

describe('what a client says', () => {
  test('first, who it is, and Hello; then each call, in order, none of which starts a service', async () => {
    const { connection, messages, authentication } = await connected();
    void connection.call({ to: ping, signature: 's', values: ['x'], gives: '' }).catch(reason);
    void connection.call({ to: { ...ping, member: 'Pong' }, gives: '' }).catch(reason);
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

  test.each([
    ['a call', 2, (connection: Connection) => void connection.call({ to: ping, gives: '' }).catch(reason)],
    ['what nobody waits for', 3, (connection: Connection) => connection.tell({ to: ping })],
  ])('%s has the flags %d', async (_, flags, say) => {
    const heard: Buffer[] = [];
    const bus = await fakeBus((client) => client.on('data', (bytes) => heard.push(bytes)));
    const connection = new Connection(bus.socket);
    onTestFinished(() => connection.end());
    say(connection);
    await eventually(() => expect(messagesIn(heard)).toHaveLength(2));
    const bytes = Buffer.concat(heard);
    expect(bytes[bytes.lastIndexOf(Uint8Array.of(0x6c, 1, flags, 1))]).toBe(0x6c);
  });

  test('last goes out before the connection closes', async () => {
    const { bus, connection, messages } = await connected();
    connection.tell({ to: ping });
    connection.end();
    await eventually(() => expect(bus.connections()).toBe(0));
    expect(messages().map(({ fields, serial }) => [fields.member, serial])).toEqual([
      ['Hello', 1],
      ['Ping', 2],
    ]);
    connection.tell({ to: ping });
  });
});

describe('what a bus says', () => {
  test('comes in whatever pieces', async () => {
    const { connection, spell } = await connected('O');
    const asked = connection.ask({ to: ping, gives: 's' });
    const heard = connection.signal(({ fields }) => fields.member);
    await spell(Buffer.from(greeting.slice(1)));
    expect(connection.answers).toBe(false);
    await spell(Buffer.concat([hello, signal('Rang'), reply(2, 's', ['pong'], { sender: ':1.9' })]));
    expect(await asked).toEqual({ values: ['pong'], sender: ':1.9' });
    expect(await heard).toBe('Rang');
    expect(connection.answers).toBe(true);
  });

  test('is waited for to the last byte of the greeting, and no further', async () => {
    const { connection, say } = await connected(greeting.slice(0, -1));
    say(Buffer.from(greeting.slice(-1)));
    say(hello);
    await eventually(() => expect(connection.answers).toBe(true));
  });

  test('comes all at once, with the greeting before it and the head of another behind', async () => {
    const { connection, say } = await connected(
      Buffer.concat([Buffer.from(greeting), hello, reply(2, '', []).subarray(0, 16)]),
    );
    const asked = connection.call({ to: ping, gives: '' });
    say(reply(2, '', []).subarray(16));
    expect(await asked).toEqual([]);
  });

  test.each([
    ['R', 'the bus rejects this user', 'org.freedesktop.DBus.Error.AuthFailed'],
    ['REJECTED EXTERNAL\r\n', 'the bus rejects this user', 'org.freedesktop.DBus.Error.AuthFailed'],
    ['REJECTION', 'what listens at the address of the session bus does not speak D-Bus', undefined],
    ['HTTP/1.1 400 Bad Request\r\n', 'what listens at the address of the session bus does not speak D-Bus', undefined],
    ['OKAY, what is it?', 'what listens at the address of the session bus does not speak D-Bus', undefined],
  ])('in place of the greeting, %j: every call says what that is', async (first, message, errorName) => {
    const { connection } = await connected(first);
    const error = await connection.call({ to: ping, gives: '' }).catch(reason);
    expect(error).toMatchObject({ message, ...(errorName && { errorName }) });
    if (errorName === undefined) expect(error).toBeInstanceOf(ProtocolError);
    expect(connection.isOpen).toBe(false);
    expect(connection.answers).toBe(false);
  });

  test('to Hello that it will not: every call is told so', async () => {
    const { connection, say } = await connected();
    const asked = connection.call({ to: ping, gives: '' }).catch(reason);
    const fields = { replyTo: 1, errorName: 'org.freedesktop.DBus.Error.LimitsExceeded', signature: 's' };
    say(encode(messageTypes.error, 0, 1, fields, ['too many']));
    expect(await asked).toMatchObject({ errorName: fields.errorName, message: 'too many' });
    expect(connection.isOpen).toBe(false);
    expect(connection.answers).toBe(false);
  });

  test('in other words than text of why it fails is passed over', async () => {
    const { connection, say } = await connected();
    const asked = connection.call({ to: ping, gives: '' }).catch(reason);
    const other = connection.call({ to: ping, gives: '' }).catch(reason);
    say(
      hello,
      encode(messageTypes.error, 0, 1, { replyTo: 2, errorName: 'org.example.Broken', signature: 'u' }, [7]),
      encode(messageTypes.error, 0, 1, { replyTo: 3, signature: 'su' }, ['words', 7]),
    );
    expect(await asked).toMatchObject({ errorName: 'org.example.Broken', message: '' });
    expect(await other).toMatchObject({ errorName: '', message: '' });
    expect(connection.isOpen).toBe(true);
  });

  test('to nobody’s question, twice, or as what is no answer is no answer', async () => {
    const { connection, say } = await connected();
    const asked = connection.call({ to: ping, gives: 's' });
    const later = connection.ask({ to: ping, gives: 's' });
    say(
      hello,
      reply(99, 'u', [1]),
      encode(messageTypes.error, 0, 1, { replyTo: 98, errorName: 'org.example.Broken' }, []),
      encode(messageTypes.call, 0, 1, { ...ping, replyTo: 2, signature: 's' }, ['a call']),
      encode(messageTypes.signal, 0, 1, { ...ping, replyTo: 2, signature: 's' }, ['a signal']),
      reply(2, 's', ['the answer']),
      reply(2, 'u', [2]),
      reply(3, 's', ['the next']),
    );
    expect(await asked).toEqual(['the answer']);
    expect(await later).toEqual({ values: ['the next'], sender: '' });
    expect(connection.isOpen).toBe(true);
  });

  test('of another type than a call asked for ends the connection', async () => {
    const { connection, say } = await connected();
    const asked = connection.call({ to: ping, gives: 's' }).catch(reason);
    const other = connection.call({ to: ping, gives: 's' }).catch(reason);
    say(hello, reply(2, 'u', [1]));
    expect(await asked).toMatchObject({ message: 'expected "s", got "u"' });
    expect(await other).toBe(await asked);
    expect(connection.isOpen).toBe(false);
  });
});

describe('a signal', () => {
  test('is waited for until it is the one; from then on it is not looked for', async () => {
    const { connection, say } = await connected();
    const seen: (string | undefined)[] = [];
    const second = connection.signal(({ fields }) => {
      seen.push(fields.member);
      return fields.member === 'Second' ? 'picked' : undefined;
    });
    const last = connection.signal(({ fields }) => (fields.member === 'Last' ? 'last' : undefined));
    say(hello, signal('First'), signal('Second'), signal('Third'), signal('Last'));
    expect(await second).toBe('picked');
    expect(await last).toBe('last');
    expect(seen).toEqual(['First', 'Second']);
  });

  test('is nothing but a signal', async () => {
    const { connection, say } = await connected();
    const seen: number[] = [];
    const waiting = connection.signal(({ type, fields }) => {
      seen.push(type);
      return fields.member;
    });
    say(hello, encode(messageTypes.call, 0, 1, ping, []), signal('Rang'));
    expect(await waiting).toBe('Rang');
    expect(seen).toEqual([messageTypes.signal]);
  });

  test('that cannot be made sense of ends the connection', async () => {
    const { connection, say } = await connected();
    const waiting = connection.signal(({ body }) => body('s')[0]).catch(reason);
    say(hello, signal('Rang'));
    expect(await waiting).toMatchObject({ message: 'expected "s", got ""' });
    expect(connection.isOpen).toBe(false);
  });
});

describe('the end', () => {
  test.each<[string, (at: Awaited<ReturnType<typeof connected>>) => unknown, unknown]>([
    ['with a reason', ({ connection }) => connection.end(new Error('because')), { message: 'because' }],
    ['without one', ({ connection }) => connection.end(), disconnected],
    ['that the bus makes', ({ hangUp }) => hangUp(), disconnected],
  ])('%s is told to all that is under way, and to all that comes later', async (_, end, told) => {
    const at = await connected();
    const { connection } = at;
    const underWay = [
      connection.call({ to: ping, gives: '' }).catch(reason),
      connection.signal(() => undefined).catch(reason),
    ];
    await eventually(() => expect(at.messages()).toHaveLength(2));
    expect(connection.isOpen).toBe(true);
    end(at);
    for (const work of underWay) expect(await work).toMatchObject(told as object);
    expect(connection.isOpen).toBe(false);
    connection.end(new Error('another reason'));
    const later = [connection.call({ to: ping, gives: '' }), connection.signal(() => undefined)];
    for (const work of later) expect(await work.catch(reason)).toMatchObject(told as object);
    await eventually(() => expect(at.bus.connections()).toBe(0));
  });

  test('is there from the start where nothing listens', async () => {
    const connection = new Connection('/nonexistent/bus');
    expect(await connection.call({ to: ping, gives: '' }).catch(reason)).toMatchObject({
      code: 'ENOENT',
      syscall: 'connect',
    });
    expect(connection.isOpen).toBe(false);
  });
});
