import { expect, onTestFinished, test } from 'vitest';
import type { SecretService } from '../../src/adapters/secret-service/secret-service.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { storeOn } from '../secret-service/stores.ts';
import { eventually } from '../support/eventually.ts';
import { missingSessionBus } from '../support/session-bus.ts';
import type { FakeProviderOptions } from './fake-provider.ts';
import { secretServiceFaults as faults, startSecretService } from './secret-service.ts';

const alice = { service: 'demo', account: 'alice' };

const operations = [
  ['get', (store: SecretService) => store.get(alice)],
  ['set', (store: SecretService) => store.set(alice, textSecret('another'))],
  ['delete', (store: SecretService) => store.delete(alice)],
  ['list', (store: SecretService) => store.list()],
] as const;

/** A store over a provider that has a fault, and alice's credential. */
async function faulty(fault: FakeProviderOptions, timeoutMs = 10_000) {
  const { provider, environment, stop } = await startSecretService(fault);
  onTestFinished(stop);
  provider.add({ service: 'demo', username: 'alice' }, 's3cret');
  return { provider, store: storeOn({ ...environment, PATH: '' }, { timeoutMs }), stop };
}

type Case = readonly [name: string, fault: FakeProviderOptions, code: ErrorCode, words: string];

const cases: readonly Case[] = [
  ['locked', faults.locked(), 'locked', 'the Secret Service is locked'],
  ['dismisses', faults.dismisses(), 'locked', 'the Secret Service is locked'],
  ['never answers', faults.neverAnswers(), 'timed-out', 'the Secret Service did not answer in time'],
  ['answers after 5 s', faults.answersLate(), 'timed-out', 'the Secret Service did not answer in time'],
];

const deadly: readonly [name: string, at: (count: number) => FakeProviderOptions, code: ErrorCode, words: string][] = [
  ['fails', faults.fails, 'failed', 'the Secret Service failed: it was told to fail'],
  ['ends', faults.vanishes, 'not-running', 'the Secret Service is not running: it ended while it was asked'],
];

describeStore('a Secret Service that has a fault', 'secret-service', missingSessionBus(), () => {
  test.each(cases)('%s: every operation says so, and the probe too', async (_, fault, code, words) => {
    const { provider, store } = await faulty(fault, code === 'timed-out' ? 400 : undefined);
    const errors = await Promise.all(operations.map(([, operate]) => failure(operate(store), code)));
    for (const { message } of errors) expect(message).toBe(words);
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: code });
    expect(provider.items.size).toBe(1);
  });

  test.each(deadly)(
    '[FLT8] %s at any call of any operation: said as what it is, never as absence',
    async (_, at, code, words) => {
      for (const [name, operate] of operations) {
        for (let count = 1; ; count += 1) {
          const { provider, store, stop } = await faulty(at(count));
          const work = operate(store);
          await work.catch(() => undefined);
          await stop();
          if (provider.calls.length < count) break;
          expect((await failure(work, code)).message, `${name}, call ${count}`).toBe(words);
        }
      }
    },
  );

  test('[FLT9] no default collection: what is kept elsewhere is found, nothing new is kept, and the probe says why', async () => {
    const { provider, store } = await faulty(faults.hasNoDefaultCollection());
    expect(await store.get(alice)).toBeDefined();
    const error = await failure(store.set({ ...alice, account: 'bob' }, textSecret('new')), 'no-collection');
    expect(error.message).toBe('the Secret Service has no default collection');
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'no-collection' });
    expect(provider.items.size).toBe(1);
  });

  test('another secret than was stored: the probe finds out, and leaves nothing behind', async () => {
    const { provider, store } = await faulty(faults.returnsAnotherSecret());
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    await eventually(() => expect(provider.items.size).toBe(1));
  });
});
