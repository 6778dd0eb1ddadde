import { expect, onTestFinished, test } from 'vitest';
import {
  addMatch,
  getNameOwner,
  getProcessId,
  listNames,
  listStartableNames,
  releaseName,
  removeMatch,
  requestName,
  startService,
} from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { busObject } from '../../src/adapters/secret-service/dbus/header.ts';
import type { Reader } from '../../src/adapters/secret-service/dbus/reader.ts';
import { BusError } from '../../src/adapters/secret-service/dbus/reader.ts';
import type { Writer } from '../../src/adapters/secret-service/dbus/writer.ts';
import { describeStore } from '../contract/require-stores.ts';
import { BusPeer } from '../faults/bus-peer.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { fakeProvider, nameOwner, sessionBus } from './situations.ts';

async function connected() {
  const bus = await sessionBus();
  const connection = new Connection(bus.socket);
  onTestFinished(() => connection.end());
  return { bus, connection };
}

describeStore('the wire, over a real dbus-daemon', 'secret-service', missingSessionBus(), () => {
  test('a call made before anything has been heard is answered', async () => {
    const { connection } = await connected();
    expect(await listNames(connection)).toContain('org.freedesktop.DBus');
  });

  test('any number of calls can be pending, and each gets its own reply', async () => {
    const { bus, connection } = await connected();
    await nameOwner(bus, 'org.example.Here');
    const names = Array.from({ length: 100 }, (_, index) => (index % 2 ? 'org.freedesktop.DBus' : 'org.example.Here'));
    const owners = await Promise.all(names.map((name) => getNameOwner(connection, name)));
    expect(owners.filter((owner) => owner === 'org.freedesktop.DBus')).toHaveLength(50);
    expect(owners.filter((owner) => owner.startsWith(':1.'))).toHaveLength(50);
  });

  test('an error has its name and words', async () => {
    const { connection } = await connected();
    const error = await startService(connection, 'org.example.Absent').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BusError);
    expect(error).toMatchObject({
      errorName: 'org.freedesktop.DBus.Error.ServiceUnknown',
      message: expect.stringContaining('org.example.Absent'),
    });
  });

  test('an answer of another signature than was asked for ends the connection', async () => {
    const { connection } = await connected();
    const call = { ...busObject, member: 'GetId', replySignature: 'u', read: (reply: Reader) => reply.readUint32() };
    await expect(connection.call(call)).rejects.toThrow('expected "u", got "s"');
    expect(connection.isOpen).toBe(false);
  });

  test('while a client waits for a name, each new owner is progress', async () => {
    const { bus, connection } = await connected();
    const owners = Array.from({ length: 5 }, () => new Connection(bus.socket));
    onTestFinished(() => {
      for (const owner of owners) owner.end();
    });
    const acquired = owners.map((owner) => requestName(owner, 'org.example.Lock'));
    await acquired[0];
    const waiting = requestName(connection, 'org.example.Lock');
    // The bus handles the calls of a client in order.
    await listNames(connection);
    let progress = 0;
    connection.onProgress = () => {
      progress += 1;
    };
    for (const [index, owner] of owners.entries()) {
      await acquired[index];
      await releaseName(owner, 'org.example.Lock');
      await eventually(() => expect(progress).toBeGreaterThan(index));
    }
    await waiting;
  });

  test('a signal reaches the code that waits for it', async () => {
    const { bus, connection } = await connected();
    await addMatch(connection, "type='signal',member='NameOwnerChanged',arg0='org.example.Coming'");
    const owner = connection.waitForSignal(({ member, body }) => {
      if (member !== 'NameOwnerChanged') return undefined;
      const values = body('sss');
      return [values.readString(), values.readString(), values.readString()][2];
    });
    await nameOwner(bus, 'org.example.Coming');
    expect(await owner).toMatch(/^:1\./);
  });

  test('a signal that is asked for no more does not come', async () => {
    const { bus, connection } = await connected();
    const rule = "type='signal',interface='org.example.I'";
    const [asked, unasked] = [[] as string[], [] as string[]];
    const barrier = async (seen: string[], name: string) => {
      const reached = connection.waitForSignal(({ member }) => {
        seen.push(member);
        return member === name || undefined;
      });
      peer.signal({ path: '/', interface: 'org.example.I', member: 'Rang' }, []);
      peer.signal({ path: '/', interface: 'org.example.Barrier', member: name }, []);
      await reached;
    };
    const peer = new BusPeer(bus, () => undefined);
    onTestFinished(() => peer.leave());
    await peer.own([]);
    await addMatch(connection, "type='signal',interface='org.example.Barrier'");
    await addMatch(connection, rule);
    await barrier(asked, 'First');
    await removeMatch(connection, rule);
    await barrier(unasked, 'Second');
    expect([asked, unasked]).toEqual([['Rang', 'First'], ['Second']]);
  });

  test('a name is acquired in the order of the requests, and only the signal of the bus itself counts', async () => {
    const { bus, connection } = await connected();
    const holder = new Connection(bus.socket);
    onTestFinished(() => holder.end());
    const [first, wanted] = ['org.example.First', 'org.example.Wanted'];
    await requestName(holder, wanted);
    await addMatch(connection, "type='signal'");
    let isMine = false;
    const acquired = requestName(connection, wanted).then(() => {
      isMine = true;
    });
    await requestName(connection, first);
    const liar = new BusPeer(bus, () => undefined);
    onTestFinished(() => liar.leave());
    await liar.own([]);
    await listNames(connection);
    const barrier = connection.waitForSignal(({ member }) => member === 'Barrier' || undefined);
    let progress = 0;
    connection.onProgress = () => {
      progress += 1;
    };
    for (const member of ['NameAcquired', 'NameOwnerChanged', 'Acquired', 'Barrier'])
      liar.signal({ path: '/', interface: 'org.freedesktop.DBus', member, signature: 's' }, [wanted]);
    await barrier;
    expect(progress).toBe(0);
    // Whoever acquires a name waits for one more reply.
    for (const _ of ['that reply', 'the next']) await listNames(connection);
    expect(isMine).toBe(false);
    await releaseName(holder, wanted);
    await acquired;
    expect(await getNameOwner(holder, wanted)).toBe(await getNameOwner(holder, first));
    await releaseName(connection, wanted);
    await expect(getNameOwner(holder, wanted)).rejects.toThrow(wanted);
  });

  test('the bus tells the process of a name, and which names it can start', async () => {
    const { connection } = await connected();
    await requestName(connection, 'org.example.Wanted');
    expect(await getProcessId(connection, 'org.example.Wanted')).toBe(process.pid);
    await expect(getProcessId(connection, 'org.example.Absent')).rejects.toBeInstanceOf(BusError);
    expect(await listStartableNames(connection)).toContain('org.freedesktop.DBus');
  });

  test('while a name is requested, a new owner is progress', async () => {
    const { bus, connection } = await connected();
    const [holder, next] = [new Connection(bus.socket), new Connection(bus.socket)];
    onTestFinished(() => [holder, next].forEach((each) => void each.end()));
    const wanted = 'org.example.Wanted';
    await requestName(holder, wanted);
    const nextAcquired = requestName(next, wanted);
    await listNames(next);
    const acquired = requestName(connection, wanted);
    await listNames(connection);
    let progress = 0;
    connection.onProgress = () => {
      progress += 1;
    };
    await releaseName(holder, wanted);
    await nextAcquired;
    await eventually(() => expect(progress).toBe(1));
    await releaseName(next, wanted);
    await acquired;

    const seen: string[] = [];
    const never = connection.waitForSignal(({ member }) => void seen.push(member));
    never.catch(() => undefined);
    await releaseName(connection, wanted);
    await requestName(holder, wanted);
    await listNames(connection);
    expect(seen).toEqual(['NameLost']);
  });

  test('a message of megabytes goes and comes whole', async () => {
    const { bus, connection } = await connected();
    const text = 'x'.repeat(3_000_000);
    await fakeProvider(bus, { instead: { Echo: (call) => ({ signature: 's', values: call.body('s') }) } });
    const echo = { destination: 'org.freedesktop.secrets', path: '/', interface: 'org.example', member: 'Echo' };
    const write = (body: Writer) => body.writeString(text);
    const read = (reply: Reader) => reply.readString();
    expect(await connection.call({ ...echo, signature: 's', write, replySignature: 's', read })).toBe(text);
  });

  test('a bus that ends rejects every call under way and every later one', async () => {
    const { bus, connection } = await connected();
    const silent = await fakeProvider(bus, { instead: { Ping: () => 'silence' } });
    const ping = {
      destination: 'org.freedesktop.secrets',
      path: '/',
      interface: 'org.freedesktop.DBus.Peer',
      member: 'Ping',
      replySignature: '',
      read: () => undefined,
    };
    const underWay = connection.call(ping).catch((reason: unknown) => reason);
    await expect.poll(() => silent.calls).toContain('Ping');
    await bus.stop();
    expect(await underWay).toMatchObject({ errorName: 'org.freedesktop.DBus.Error.Disconnected' });
    await expect(connection.call(ping)).rejects.toThrow('closed');
  });

  test('a connection that is kept does not keep the process running, until it is used again', async () => {
    const { connection } = await connected();
    await listNames(connection);
    const pipes = () => process.getActiveResourcesInfo().filter((resource) => resource === 'PipeWrap').length;
    const before = pipes();
    connection.unref();
    expect(pipes()).toBe(before - 1);
    connection.ref();
    expect(pipes()).toBe(before);
  });
});
