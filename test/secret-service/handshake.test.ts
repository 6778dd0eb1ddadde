import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { messageTypes, readExtent } from '../../src/adapters/secret-service/dbus/header.ts';
import { BusError, ProtocolError } from '../../src/adapters/secret-service/dbus/reader.ts';
import { Secret } from '../../src/domain/secret.ts';
import { decode, encode } from '../faults/dbus-codec.ts';
import { eventually } from '../support/eventually.ts';
import { needs } from '../support/needs.ts';
import { missingProgram } from '../support/session-bus.ts';
import { name } from './set-up-store.ts';
import { fakeBus, fakeProvider, gnomeKeyring, sessionBus } from './situations.ts';
import { storeOn } from './stores.ts';

const needsProxy = needs(missingProgram('xdg-dbus-proxy') === undefined, 'xdg-dbus-proxy');

const accepted = `OK ${'0123456789abcdef'.repeat(2)}\r\n`;
const ping = { destination: 'org.example.A', path: '/a', interface: 'org.example.I', member: 'Ping' };
const call = { ...ping, replySignature: '', read: () => 'answered' };
const uid = Buffer.from(`${process.getuid?.()}`).toString('hex');

/**
 * Connects to a bus that responds to each line of the authentication, and closes a connection on which `BEGIN` follows
 * anything but its `OK`. Returns the lines that each connection sent, and the calls.
 */
async function connectStrictly(respond: (line: string) => string) {
  const connections: string[][] = [];
  const members: string[] = [];
  const bus = await fakeBus((client) => {
    const lines: string[] = [];
    connections.push(lines);
    let bytes = Buffer.alloc(0);
    let mayBegin = false;
    let hasBegun = false;
    client.on('data', (more) => {
      bytes = Buffer.concat([bytes, more]);
      while (!hasBegun && bytes.includes('\r\n')) {
        const line = bytes.toString('latin1', 0, bytes.indexOf('\r\n')).replace('\0', '');
        bytes = bytes.subarray(bytes.indexOf('\r\n') + 2);
        lines.push(line);
        if (line === 'BEGIN' && !mayBegin) return client.destroy();
        hasBegun = line === 'BEGIN';
        const response = hasBegun || bytes.includes('BEGIN') ? '' : respond(line);
        mayBegin = response.startsWith('OK');
        client.write(response);
      }
      while (hasBegun && bytes.length > 0) {
        const { serial, fields } = decode(bytes);
        bytes = bytes.subarray(readExtent(bytes).end);
        members.push(String(fields.member));
        const signature = fields.member === 'Hello' ? 's' : '';
        const values = fields.member === 'Hello' ? [':1.7'] : [];
        client.write(encode(messageTypes.reply, 0, 9, { replyTo: serial, signature }, values));
      }
      return undefined;
    });
  });
  const connection = new Connection(bus.socket);
  onTestFinished(() => connection.end());
  return { connection, connections, members };
}

describe('a bus that expects each step of the authentication', () => {
  test('gets BEGIN after its OK, on a second connection, and then every call once, in order', async () => {
    const { connection, connections, members } = await connectStrictly((line) => (line === 'BEGIN' ? '' : accepted));
    const first = connection.call(call);
    await eventually(() => expect(connections).toHaveLength(2));
    const second = connection.call({ ...call, member: 'Pong' });
    expect(await Promise.all([first, second])).toEqual(['answered', 'answered']);
    expect(connections).toEqual([
      [`AUTH EXTERNAL ${uid}`, 'BEGIN'],
      [`AUTH EXTERNAL ${uid}`, 'BEGIN'],
    ]);
    expect(await connection.call(call)).toBe('answered');
    expect(members).toEqual(['Hello', 'Ping', 'Pong', 'Ping']);
    expect(connection.hasAnswered).toBe(true);
  });

  test('may know the user by another id, which the client then leaves to the system', async () => {
    const { connection, connections } = await connectStrictly((line) => {
      if (line === 'AUTH EXTERNAL') return 'DATA\r\n';
      return line === 'DATA' ? accepted : 'REJECTED EXTERNAL DBUS_COOKIE_SHA1\r\n';
    });
    expect(await connection.call(call)).toBe('answered');
    expect(connections[1]).toEqual([`AUTH EXTERNAL ${uid}`, 'AUTH EXTERNAL', 'DATA', 'BEGIN']);
  });

  test.each([
    ['ERROR\r\n', 'the bus rejects this user'],
    ['REJECTED EXTERNAL\r\n', 'the bus rejects this user'],
    ['REJECTED\r\n', 'the bus does not accept clients by their user id'],
    ['REJECTED ANONYMOUS\r\n', 'the bus does not accept clients by their user id, but by ANONYMOUS'],
    [
      'REJECTED DBUS_COOKIE_SHA1 ANONYMOUS\r\n',
      'the bus does not accept clients by their user id, but by DBUS_COOKIE_SHA1 or ANONYMOUS',
    ],
  ])('rejects every call by %j', async (response, message) => {
    const { connection } = await connectStrictly(() => response);
    const error = await connection.call(call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BusError);
    expect(error).toMatchObject({ errorName: 'org.freedesktop.DBus.Error.AuthFailed', message });
    expect(connection.isOpen).toBe(false);
    expect(connection.hasAnswered).toBe(false);
  });

  test.each(['REJECTION', 'HTTP/1.1 400 Bad Request\r\n', 'OKAY, what is it?', 'x'])(
    '%j is not a response of a bus',
    async (response) => {
      const bus = await fakeBus((client) => client.write(response));
      const connection = new Connection(bus.socket);
      const error = await connection.call(call).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({
        message: 'what listens at the address of the session bus does not speak D-Bus',
      });
      expect(connection.isOpen).toBe(false);
    },
  );

  test('that closes every connection is not asked a third time', async () => {
    let count = 0;
    const bus = await fakeBus((client) => {
      count += 1;
      client.destroy();
    });
    const connection = new Connection(bus.socket);
    await expect(connection.call(call)).rejects.toThrow();
    expect(count).toBe(2);
  });
});

describe('xdg-dbus-proxy, which Flatpak runs between an application and the bus', needsProxy, () => {
  async function behindProxy(...filter: readonly string[]) {
    const { bus, environment } = await gnomeKeyring('unlocked');
    const socket = join(environment.XDG_RUNTIME_DIR ?? '', 'proxy');
    // It writes to this descriptor when it listens, which is later than when the socket exists.
    const proxy = spawn('xdg-dbus-proxy', ['--fd=3', bus.address, socket, '--filter', ...filter], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const ready = once(proxy.stdio[3] as Readable, 'data');
    onTestFinished(async () => {
      const end = once(proxy, 'exit');
      proxy.kill();
      await end;
    });
    await ready;
    return storeOn({ ...environment, DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` });
  }

  test('works if it lets the application talk to the Secret Service', async () => {
    const store = await behindProxy('--talk=org.freedesktop.secrets');
    await store.set(name, new Secret(Buffer.from('s3cret')));
    expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('s3cret');
    expect(await store.list()).toEqual([name]);
    expect(await store.probe()).toMatchObject({ kind: 'usable', evidence: { provider: 'gnome-keyring' } });
    expect(await store.delete(name)).toBe(true);
  });

  test.each([[[]], [['--see=org.freedesktop.secrets']]])(
    'is reported as denying access if it does not: %j',
    async (filter) => {
      const store = await behindProxy(...filter);
      expect(await store.probe()).toMatchObject({
        kind: 'service-failure',
        reason: 'denied',
        evidence: { deniedBy: 'sandbox' },
      });
      await expect(store.get(name)).rejects.toMatchObject({ code: 'denied' });
    },
  );
});

describe('a policy', () => {
  test('of the bus that denies the Secret Service is reported as such', async () => {
    const bus = await sessionBus({ denied: 'org.freedesktop.secrets' });
    await fakeProvider(bus);
    const result = await storeOn(bus.environment).probe();
    expect(result).toMatchObject({ reason: 'denied', evidence: { deniedBy: 'policy' } });
  });
});
