import { createConnection } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createItem, openSession } from '../../src/adapters/secret-service/calls.ts';
import { inBatches } from '../../src/adapters/secret-service/items/matches.ts';
import { maxSecretBytes, type SecretService } from '../../src/adapters/secret-service/secret-service.ts';
import type { OperationOptions } from '../../src/ports/credential-store.ts';
import { expectHidden, failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { freshSecret, textSecret } from '../contract/secrets.ts';
import { advanceUntilSettled, eventually, stopTimers } from '../support/eventually.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { type GnomeKeyring, missing } from '../support/gnome-keyring.ts';
import { patienceMs } from '../support/patience.ts';
import { fakeBus, fakeProvider, gnomeKeyring, sessionBus } from './situations.ts';
import { withDefaultCollection } from './stored-items.ts';
import { limitMs, storeOn } from './stores.ts';
import { startTap, type Tap } from './tap.ts';

const name = { service: 'demo', account: 'alice' };
const secret = freshSecret();

async function tapBus({ bus }: GnomeKeyring): Promise<Tap> {
  const tap = await startTap(bus);
  onTestFinished(() => tap.stop());
  return tap;
}

/** The number of operations whose first call of the provider was sent. */
const countCalls = (tap: Tap) => tap.turns.flat().filter((method) => method === 'ReadAlias').length;

/** Starts every operation. */
function startAll(store: SecretService, options?: OperationOptions): Promise<unknown>[] {
  return [
    store.get(name, options),
    store.set(name, secret, options),
    store.delete(name, options),
    store.list('x', options),
  ];
}

describeStore('limits of time and size', 'secret-service', missing(), () => {
  test('[SS12] every operation on a stopped provider is timed out, even over a kept connection', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const tap = await tapBus(keyring);
    const store = storeOn(tap.environment);
    await store.set(name, textSecret('kept'));
    keyring.freeze();
    stopTimers();
    const operations = startAll(store);
    const errors = Promise.all(operations.map((operation) => failure(operation, 'timed-out')));
    await eventually(() => expect(countCalls(tap)).toBe(1 + operations.length));
    for (const error of await advanceUntilSettled(errors, limitMs)) expectHidden(error, secret);
    vi.useRealTimers();
    expect(await storeOn(keyring.environment, { timeoutMs: 5_000 }).probe()).toMatchObject({
      reason: 'timed-out',
      evidence: { provider: 'gnome-keyring' },
    });
  });

  test('a slow provider is waited for as long as it answers: every answer restarts the limit', async () => {
    const held: (() => void)[] = [];
    const bus = await sessionBus();
    const provider = await fakeProvider(bus, { until: () => new Promise<void>((answer) => held.push(answer)) });
    provider.add({ service: name.service, username: name.account }, 'kept');
    stopTimers();
    let isDone = false;
    const reading = storeOn(bus.environment)
      .get(name)
      .finally(() => {
        isDone = true;
      });
    let answers = 0;
    for (; !isDone; answers += 1) {
      await eventually(() => expect(isDone || held.length > 0).toBe(true));
      // Two calls may be under way at a time.
      vi.advanceTimersByTime(limitMs * 0.45);
      held.shift()?.();
    }
    expect(answers).toBeGreaterThan(3);
    expect(await reading).toBeDefined();
  });

  test('a provider that works without answering, because it answers others first, is waited for', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const names = Array.from({ length: fastOrSlow(60, 120) }, (_, index) => ({ ...name, account: `${index}` }));
    // Each write encrypts the whole collection again. Returns how long they took together.
    const writeAll = async (timeoutMs: number) => {
      const startedMs = performance.now();
      await Promise.all(names.map((each) => storeOn(keyring.environment, { timeoutMs }).set(each, secret)));
      return performance.now() - startedMs;
    };
    await writeAll(patienceMs);
    const limit = (await writeAll(patienceMs)) / 3;
    // The last answer comes after about three limits, and after fewer than twelve even if the machine is four times as busy.
    await writeAll(limit);
    expect(await storeOn(keyring.environment, { timeoutMs: limit }).list(name.service)).toHaveLength(names.length);
  });

  test('a very large keyring is listed, searched and written', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const count = fastOrSlow(300, 3000);
    const own = { service: name.service, username: name.account };
    await withDefaultCollection(keyring.bus, async (peer) => {
      const session = await openSession(peer);
      // gnome-keyring writes this collection to no file, which would take minutes.
      const collection = '/org/freedesktop/secrets/collection/session';
      await inBatches([...Array(count).keys()], async (index) => {
        const attributes = { ...own, username: `${index}` };
        await createItem(peer, collection, session, {
          label: 'x',
          attributes,
          bytes: Buffer.from('x'),
          replaces: false,
        });
      });
    });
    const store = storeOn(keyring.environment, { timeoutMs: fastOrSlow(limitMs, 2500) });
    expect(await store.list()).toHaveLength(count);
    await store.set(name, secret);
    expect((await store.get(name))?.equals(secret)).toBe(true);
    expect(await store.delete({ ...name, account: '7' })).toBe(true);
    expect(await store.list(name.service)).toHaveLength(count);
  });

  test('a suspended provider is reported as that', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const store = storeOn(keyring.environment, { timeoutMs: 100 });
    await store.set(name, textSecret('kept'));
    keyring.freeze();
    const evidence = { provider: 'gnome-keyring', suspended: true };
    expect(await failure(store.get(name), 'timed-out')).toMatchObject({ evidence });
    expect(await store.probe()).toMatchObject({ reason: 'timed-out', evidence });
  });

  test('after a timeout a store works again as soon as the provider answers', async () => {
    const keyring = await gnomeKeyring('unlocked');
    const tap = await tapBus(keyring);
    const store = storeOn(tap.environment);
    await store.set(name, textSecret('kept'));
    keyring.freeze();
    stopTimers();
    const late = failure(store.get(name), 'timed-out');
    await eventually(() => expect(countCalls(tap)).toBe(2));
    await advanceUntilSettled(late, limitMs);
    keyring.thaw();
    vi.useRealTimers();
    expect(await store.get(name)).toBeDefined();
  });

  test('every operation that is cancelled while it waits rejects promptly with cancelled', async () => {
    const bus = await fakeBus(() => undefined);
    const controller = new AbortController();
    const operations = startAll(storeOn(bus.environment), { signal: controller.signal });
    const errors = Promise.all(operations.map((operation) => failure(operation, 'cancelled')));
    await eventually(() => expect(bus.connections()).toBe(operations.length));
    controller.abort();
    for (const error of await errors) expectHidden(error, secret);
    await eventually(() => expect(bus.connections()).toBe(0));
  });

  test('an operation that is cancelled before it starts opens no connection and makes no call', async () => {
    const cancelled = { signal: AbortSignal.abort() };
    let connections = 0;
    const silent = await fakeBus(() => {
      connections += 1;
    });
    const operations = startAll(storeOn(silent.environment), cancelled);
    await Promise.all(operations.map((operation) => failure(operation, 'cancelled')));
    const another = createConnection(silent.socket);
    await eventually(() => expect(connections).toBe(1));
    another.destroy();
    const bus = await sessionBus();
    const provider = await fakeProvider(bus);
    const store = storeOn(bus.environment);
    await store.get(name);
    provider.calls.length = 0;
    for (const operation of startAll(store, cancelled)) await failure(operation, 'cancelled');
    expect(provider.calls).toEqual([]);
    await failure(store.probe(cancelled), 'cancelled');
  });

  test('cancelling after the end changes nothing', async () => {
    const { environment } = await gnomeKeyring('unlocked');
    const store = storeOn(environment);
    const controller = new AbortController();
    await store.set(name, secret, { signal: controller.signal });
    controller.abort();
    expect((await store.get(name))?.equals(secret)).toBe(true);
  });

  test('concurrent operations do not wait for each other', async () => {
    const bus = await fakeBus(() => undefined);
    const store = storeOn(bus.environment, { timeoutMs: 300 });
    await Promise.all(startAll(store).map((operation) => failure(operation, 'timed-out')));
    const { environment } = await gnomeKeyring('unlocked');
    const working = storeOn(environment);
    const accounts = Array.from({ length: 30 }, (_, index) => ({ service: 'demo', account: `${index}` }));
    await Promise.all(accounts.map((account) => working.set(account, secret)));
    expect(await working.list('demo')).toHaveLength(30);
  });

  test('a secret larger than the limit is rejected before the provider receives it', async () => {
    const bus = await sessionBus();
    const provider = await fakeProvider(bus);
    const large = freshSecret(maxSecretBytes + 1);
    expectHidden(await failure(storeOn(bus.environment).set(name, large), 'too-large'), freshSecret());
    expect(provider.calls).not.toContain('CreateItem');
  });

  test('a secret as large as the limit is stored', async () => {
    const { environment } = await gnomeKeyring('unlocked');
    const large = freshSecret(maxSecretBytes);
    const store = storeOn(environment);
    await store.set(name, large);
    expect(Buffer.from((await store.get(name))?.expose() ?? []).equals(large.expose())).toBe(true);
  });
});
