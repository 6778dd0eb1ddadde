import { expect, onTestFinished, test, vi } from 'vitest';
import { listNames } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import type { FaultyResponse } from '../faults/fake-provider.ts';
import { eventually, stopTimers } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';
import { limitMs } from './stores.ts';

/** Opens a store over a fake provider. `reads` chooses the response to the `count`th `GetSecret`, from 1. */
async function openStore(options: { reads?(count: number): FaultyResponse | undefined } = {}) {
  let count = 0;
  const read = () => {
    count += 1;
    return options.reads?.(count);
  };
  const { bus, provider, store } = await setUpStore({ instead: { GetSecret: read } });
  provider.add(exactAttributes, 'kept');
  const observer = new Connection(bus.socket);
  onTestFinished(() => observer.end());
  const countClients = async () => (await listNames(observer)).filter((owner) => owner.startsWith(':')).length;
  const others = await countClients();
  return {
    provider,
    store,
    countSessions: () => provider.calls.filter((member) => member === 'OpenSession').length,
    /** The connections of the store. */
    countConnections: async () => (await countClients()) - others,
  };
}

/** The number of connections that keep this process running. */
const countReferenced = () => process.getActiveResourcesInfo().filter((resource) => resource === 'PipeWrap').length;

describeStore('a kept connection', 'secret-service', missingSessionBus(), () => {
  test('is used by the next operation, and keeps the process running only during one', async () => {
    const { provider, store, countSessions, countConnections } = await openStore({
      reads: (count) => (count === 2 ? 'silence' : undefined),
    });
    const before = countReferenced();
    await store.get(name);
    expect(countReferenced()).toBe(before);
    const controller = new AbortController();
    const work = store.get(name, { signal: controller.signal });
    await eventually(() => expect(provider.calls.filter((member) => member === 'GetSecret')).toHaveLength(2));
    expect(countReferenced()).toBe(before + 1);
    expect([countSessions(), await countConnections()]).toEqual([1, 1]);
    controller.abort();
    await failure(work, 'cancelled');
    await eventually(async () => expect(await countConnections()).toBe(0));
  });

  test('is the only one that stays open after concurrent operations', async () => {
    const { store, countSessions, countConnections } = await openStore();
    await Promise.all([store.get(name), store.get(name), store.get(name)]);
    await eventually(async () => expect(await countConnections()).toBe(1));
    await store.get(name);
    expect(countSessions()).toBe(3);
  });

  test('stays open after the limit or a cancellation of the operation that used it', async () => {
    const { store, countSessions } = await openStore();
    stopTimers();
    const controller = new AbortController();
    await store.get(name, { signal: controller.signal });
    controller.abort();
    vi.advanceTimersByTime(limitMs);
    expect(await store.get(name)).toBeDefined();
    expect(countSessions()).toBe(1);
  });

  test('is closed with the store, or after the last operation if some are still running', async () => {
    const { store, countConnections } = await openStore();
    await store.get(name);
    const reads = [store.get(name), store.get(name)];
    const closed = store.close();
    for (const read of reads) expect(await read).toBeDefined();
    await closed;
    await eventually(async () => expect(await countConnections()).toBe(0));
    const another = await openStore();
    await another.store.get(name);
    await another.store.close();
    await eventually(async () => expect(await another.countConnections()).toBe(0));
  });

  test('is not one on which an operation failed', async () => {
    const failing = { errorName: 'org.example.Broken', signature: 's', values: ['words'] };
    const { store, countSessions, countConnections } = await openStore({
      reads: (count) => (count === 1 ? failing : undefined),
    });
    await failure(store.get(name), 'failed');
    await eventually(async () => expect(await countConnections()).toBe(0));
    expect(await store.get(name)).toBeDefined();
    expect(countSessions()).toBe(2);
  });
});
