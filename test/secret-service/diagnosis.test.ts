import { once } from 'node:events';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SessionEnvironment } from '../../src/adapters/secret-service/dbus/address.ts';
import type { SecretServiceOptions } from '../../src/adapters/secret-service/secret-service.ts';
import type { ProbeResult, Provider } from '../../src/domain/selection/probe-result.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { eventually } from '../support/eventually.ts';
import { missing } from '../support/gnome-keyring.ts';
import { fakeBus, fakeProvider, gnomeKeyring, nameOwner, programs, sessionBus } from './situations.ts';
import { readAllItems } from './stored-items.ts';
import { storeOn } from './stores.ts';

const short = { timeoutMs: 400 };
const name = { service: 'demo', account: 'alice' };
const serviceName = 'org.freedesktop.secrets';

/** Returns the result of a probe, and checks that every other operation fails for the same reason. */
async function diagnose(
  environment: SessionEnvironment,
  options: Partial<SecretServiceOptions> = {},
): Promise<ProbeResult> {
  const store = storeOn(environment, options);
  const probe = await store.probe();
  if (probe.kind !== 'usable' && probe.reason !== 'no-collection') {
    const operations = [store.get(name), store.delete(name), store.list()];
    await Promise.all(operations.map((operation) => failure(operation, probe.reason)));
  }
  await store.close();
  return probe;
}

describeStore('what a probe reports about a machine', 'secret-service', missing(), () => {
  test.each<[string, SessionEnvironment]>([
    ['no address and no runtime directory', {}],
    ['an address with another transport', { DBUS_SESSION_BUS_ADDRESS: 'autolaunch:' }],
    ['an address that does not exist', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }],
    ['a runtime directory without a bus', { XDG_RUNTIME_DIR: '/nonexistent' }],
    ['an address that isn’t a socket', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/dev/null' }],
    ['an abstract socket that does not exist', { DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=/keystow/missing' }],
  ])('[SS2] %s: no session bus', async (_, environment) => {
    expect(await diagnose(environment)).toMatchObject({ kind: 'unsupported', reason: 'no-session-bus' });
  });

  test('the evidence says if no program that could start a bus is installed', async () => {
    const evidence = { text: 'no address of a session bus is set' };
    expect(await diagnose({ PATH: programs('dbus-daemon') })).toMatchObject({ evidence });
    expect(await diagnose({ PATH: programs('dbus-daemon') })).not.toHaveProperty('evidence.busMissing');
    expect(await diagnose({ PATH: programs('bash') })).toMatchObject({ evidence: { ...evidence, busMissing: true } });
  });

  test.each([
    ['keyrings', 'login.keyring', true],
    ['kwalletd', 'kdewallet.kwl', true],
    ['keyrings', 'login.keyring.old', false],
    ['kwalletd', 'kdewallet.salt', false],
    ['other', 'login.keyring', false],
  ])('the evidence says if a keyring has stored something for this user: %s/%s: %s', async (folder, file, expected) => {
    const home = programs();
    for (const [data, environment] of [
      [`${home}/.local/share`, { HOME: home, XDG_DATA_HOME: 'relative' }],
      [`${home}/data`, { HOME: '/nonexistent', XDG_DATA_HOME: `${home}/data` }],
    ] as const) {
      mkdirSync(`${data}/${folder}`, { recursive: true });
      writeFileSync(`${data}/${folder}/first`, '');
      writeFileSync(`${data}/${folder}/${file}`, '');
      const probed = await diagnose(environment);
      expect(probed).toMatchObject({ reason: 'no-session-bus' });
      if (expected) expect(probed).toMatchObject({ evidence: { hasKeyring: true } });
      else expect(probed).not.toHaveProperty('evidence.hasKeyring');
    }
  });

  test('the socket of a bus that has ended: no session bus', async () => {
    const folder = programs();
    const server = createServer().listen(`${folder}/bus`);
    await once(server, 'listening');
    renameSync(`${folder}/bus`, `${folder}/left`);
    await new Promise((resolve) => server.close(resolve));
    expect(await diagnose({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/left` })).toMatchObject({
      kind: 'unsupported',
      reason: 'no-session-bus',
    });
  });

  test('with several addresses, the first that accepts a connection is the bus', async () => {
    const { bus } = await gnomeKeyring('unlocked');
    const environment = { DBUS_SESSION_BUS_ADDRESS: `unix:path=/nonexistent/bus;${bus.address}` };
    expect(await diagnose(environment)).toMatchObject({ kind: 'usable' });
  });

  const silent = { kind: 'service-failure', reason: 'timed-out', evidence: { busSilent: true } };

  test('a bus that accepts the connection but never answers: timed out', async () => {
    const bus = await fakeBus(() => undefined);
    expect(await diagnose(bus.environment, short)).toEqual(silent);
    await eventually(() => expect(bus.connections()).toBe(0));
  });

  test('a stopped bus: timed out', async () => {
    const bus = await sessionBus();
    bus.freeze();
    expect(await diagnose(bus.environment, short)).toEqual(silent);
  });

  test('a bus that rejects this user: denied', async () => {
    const bus = await fakeBus((client) => client.on('data', () => client.write('REJECTED EXTERNAL\r\n')));
    expect(await diagnose(bus.environment)).toEqual({
      kind: 'service-failure',
      reason: 'denied',
      evidence: { text: 'the bus rejects this user' },
    });
  });

  test('a stopped bus whose queue of connections is full: timed out', async () => {
    const bus = await sessionBus();
    bus.freeze();
    const waiting: Socket[] = [];
    onTestFinished(() => {
      for (const client of waiting) client.destroy();
    });
    for (let full = false; !full; ) {
      const client = createConnection(bus.socket);
      waiting.push(client);
      full = await Promise.race([
        once(client, 'connect').then(() => false),
        once(client, 'error').then(() => true),
      ]).catch(() => true);
    }
    expect(await diagnose({ ...bus.environment, PATH: programs() })).toEqual({
      kind: 'service-failure',
      reason: 'timed-out',
      evidence: { text: `connect EAGAIN ${bus.socket}` },
    });
  });

  test('[SS3] a bus whose policy denies the Secret Service: denied', async () => {
    const bus = await sessionBus({ denied: serviceName });
    await fakeProvider(bus);
    expect(await diagnose(bus.environment)).toMatchObject({ kind: 'service-failure', reason: 'denied' });
  });

  test('[SS4] a server at the address that doesn’t speak D-Bus: failed, with the reason as evidence', async () => {
    const bus = await fakeBus((client) => client.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const probe = await diagnose(bus.environment);
    expect(probe).toMatchObject({ kind: 'service-failure', reason: 'failed' });
    expect(probe.evidence?.text).toContain('does not speak D-Bus');
  });

  test('[SS5] no provider is running, and none can be started or found: not installed', async () => {
    const { environment } = await sessionBus();
    expect(await diagnose({ ...environment, PATH: programs('sh') })).toEqual({
      kind: 'unsupported',
      reason: 'not-installed',
    });
  });

  test.each<[string, Provider]>([
    ['gnome-keyring-daemon', 'gnome-keyring'],
    ['kwalletd5', 'kwallet'],
    ['kwalletd6', 'kwallet'],
    ['ksecretd', 'kwallet'],
    ['keepassxc', 'keepassxc'],
  ])('[SS6] no provider is running, but %s is on the PATH: %s is not running', async (program, provider) => {
    const { environment } = await sessionBus();
    expect(await diagnose({ ...environment, PATH: `relative::${programs()}:${programs(program)}` })).toEqual({
      kind: 'service-failure',
      reason: 'not-running',
      evidence: { provider },
    });
  });

  test.each<[string, Provider]>([
    ['org.kde.kwalletd5', 'kwallet'],
    ['org.kde.kwalletd6', 'kwallet'],
    ['org.kde.ksecretd', 'kwallet'],
    ['org.keepassxc.KeePassXC.MainWindow', 'keepassxc'],
  ])('%s runs without the Secret Service: not running, switched off', async (owned, provider) => {
    const bus = await sessionBus();
    await nameOwner(bus, owned);
    expect(await diagnose({ ...bus.environment, PATH: programs('gnome-keyring-daemon') })).toEqual({
      kind: 'service-failure',
      reason: 'not-running',
      evidence: { provider, switchedOff: true },
    });
  });

  test('the program that shows gnome-keyring’s dialogs doesn’t count as gnome-keyring', async () => {
    const bus = await sessionBus();
    await nameOwner(bus, 'org.gnome.keyring.SystemPrompter');
    expect(await diagnose({ ...bus.environment, PATH: programs() })).toMatchObject({ reason: 'not-installed' });
    expect(await diagnose({ ...bus.environment, PATH: programs('gnome-keyring-daemon') })).toEqual({
      kind: 'service-failure',
      reason: 'not-running',
      evidence: { provider: 'gnome-keyring' },
    });
  });

  test('relative folders of the PATH are ignored', async () => {
    const { environment } = await sessionBus();
    const folder = relative(process.cwd(), programs('keepassxc'));
    expect(await diagnose({ ...environment, PATH: folder })).toMatchObject({ reason: 'not-installed' });
  });

  test('a provider that the bus cannot start: not running, with the message of the bus', async () => {
    const { environment } = await sessionBus({ services: { [serviceName]: '/bin/false' } });
    const probe = await diagnose({ ...environment, PATH: programs('gnome-keyring-daemon') });
    expect(probe).toMatchObject({
      kind: 'service-failure',
      reason: 'not-running',
      evidence: { provider: 'gnome-keyring' },
    });
    expect(probe.evidence?.text).toMatch(/exited with status 1/);
    const several = programs('gnome-keyring-daemon', 'keepassxc');
    const either = await diagnose({ ...environment, PATH: several });
    expect(either).toEqual({
      kind: 'service-failure',
      reason: 'not-running',
      evidence: { text: probe.evidence?.text },
    });
  });

  test('a provider that starts but never takes its name: timed out', async () => {
    const { environment } = await sessionBus({ services: { [serviceName]: '/bin/sleep 5' } });
    expect(await diagnose(environment, short)).toMatchObject({ kind: 'service-failure', reason: 'timed-out' });
  });

  test('a provider that the bus can start is started', async () => {
    const command = '/usr/bin/env gnome-keyring-daemon --foreground --components=secrets';
    const { environment } = await sessionBus({ services: { [serviceName]: command } });
    expect(await diagnose(environment)).toMatchObject({ reason: 'no-collection' });
  });

  test('gnome-keyring, unlocked: usable until deleted, and the sentinel is gone', async () => {
    const { environment, bus } = await gnomeKeyring('unlocked');
    expect(await diagnose(environment)).toEqual({
      kind: 'usable',
      persistence: 'until-delete',
      evidence: { provider: 'gnome-keyring' },
    });
    expect(await readAllItems(bus)).toEqual([]);
  });

  test.each([
    ['locked', 'locked'],
    ['none', 'no-collection'],
  ] as const)('gnome-keyring whose default collection is %s: %s', async (state, reason) => {
    const { environment } = await gnomeKeyring(state);
    expect(await diagnose(environment)).toEqual({
      kind: 'service-failure',
      reason,
      evidence: { provider: 'gnome-keyring' },
    });
  });
});
