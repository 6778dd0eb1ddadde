import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { listNames } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import type { FaultyResponse } from '../faults/fake-provider.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import { exactAttributes, name, setUpStore } from './set-up-store.ts';

/** A store over a provider that does with each `GetSecret`, by its number from 1, what a test has it do. */
async function keeping(
  options: { readonly timeoutMs?: number; reads?(count: number): FaultyResponse | undefined } = {},
) {
  let count = 0;
  const read = () => {
    count += 1;
    return options.reads?.(count);
  };
  const { bus, provider, store } = await setUpStore(
    { instead: { GetSecret: read } },
    { timeoutMs: options.timeoutMs ?? 2_500 },
  );
  provider.add(exactAttributes, 'kept');
  const watching = new Connection(bus.socket);
  onTestFinished(() => watching.end());
  const clients = async () => (await listNames(watching)).filter((owner) => owner.startsWith(':')).length;
  const others = await clients();
  return {
    provider,
    store,
    sessions: () => provider.calls.filter((member) => member === 'OpenSession').length,
    /** Connections of the store's. */
    connections: async () => (await clients()) - others,
  };
}

/** Connections that keep this process running. */
const held = () => process.getActiveResourcesInfo().filter((resource) => resource === 'PipeWrap').length;

describeStore('the connection that is kept', 'secret-service', missingSessionBus(), () => {
  test('serves the next operation, and is held no longer than one is under way', async () => {
    const { provider, store, sessions, connections } = await keeping({
      reads: (count) => (count === 2 ? 'silence' : undefined),
    });
    const before = held();
    await store.get(name);
    expect(held()).toBe(before);
    const calledOff = new AbortController();
    const work = store.get(name, { signal: calledOff.signal });
    await eventually(() => expect(provider.calls.filter((member) => member === 'GetSecret')).toHaveLength(2));
    expect(held()).toBe(before + 1);
    expect([sessions(), await connections()]).toEqual([1, 1]);
    calledOff.abort();
    await failure(work, 'cancelled');
    await eventually(async () => expect(await connections()).toBe(0));
  });

  test('is one, of however many there were at once', async () => {
    const { store, sessions, connections } = await keeping();
    await Promise.all([store.get(name), store.get(name), store.get(name)]);
    await eventually(async () => expect(await connections()).toBe(1));
    await store.get(name);
    expect(sessions()).toBe(3);
  });

  test('outlives the limit of the operation that it served, and that operation’s being called off', async () => {
    const { store, sessions } = await keeping({ timeoutMs: 1_000 });
    const calledOff = new AbortController();
    await store.get(name, { signal: calledOff.signal });
    calledOff.abort();
    await wait(1_100);
    expect(await store.get(name)).toBeDefined();
    expect(sessions()).toBe(1);
  });

  test('ends when the store is closed, and that of what is under way then ends after it', async () => {
    const { store, connections } = await keeping();
    await store.get(name);
    const work = [store.get(name), store.get(name)];
    const gone = store.close();
    for (const read of work) expect(await read).toBeDefined();
    await gone;
    await eventually(async () => expect(await connections()).toBe(0));
    const kept = await keeping();
    await kept.store.get(name);
    await kept.store.close();
    await eventually(async () => expect(await kept.connections()).toBe(0));
  });

  test('is not one over which something failed', async () => {
    const failing = { errorName: 'org.example.Broken', signature: 's', values: ['words'] };
    const { store, sessions, connections } = await keeping({ reads: (count) => (count === 1 ? failing : undefined) });
    await failure(store.get(name), 'failed');
    await eventually(async () => expect(await connections()).toBe(0));
    expect(await store.get(name)).toBeDefined();
    expect(sessions()).toBe(2);
  });
});
