import { expect, onTestFinished, test } from 'vitest';
import type { SecretService } from '../../src/adapters/secret-service/secret-service.ts';
import type { ErrorCode } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { limitMs, storeOn } from '../secret-service/stores.ts';
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

/** Opens a store over a provider with a fault and alice's credential. */
async function setUpFault(fault: FakeProviderOptions, timeoutMs = limitMs) {
  const { provider, environment, stop } = await startSecretService(fault);
  onTestFinished(stop);
  provider.add({ service: 'demo', username: 'alice' }, 's3cret');
  return { provider, store: storeOn({ ...environment, PATH: '' }, { timeoutMs }), stop };
}

type Case = readonly [name: string, fault: FakeProviderOptions, code: ErrorCode, message: string];

const cases: readonly Case[] = [
  ['locked', faults.locked(), 'locked', 'the Secret Service is locked'],
  ['dismisses', faults.dismisses(), 'locked', 'the Secret Service is locked'],
  ['never answers', faults.neverAnswers(), 'timed-out', 'the Secret Service did not answer in time'],
  ['answers after 5 s', faults.answersLate(), 'timed-out', 'the Secret Service did not answer in time'],
];

const failsAtAnyCall: readonly [
  name: string,
  at: (count: number) => FakeProviderOptions,
  code: ErrorCode,
  message: string,
][] = [
  ['fails', faults.fails, 'failed', 'the Secret Service failed: it was told to fail'],
  ['ends', faults.vanishes, 'not-running', 'the Secret Service is not running: it ended while it was asked'],
];

describeStore('a Secret Service that has a fault', 'secret-service', missingSessionBus(), () => {
  test.each(cases)('%s: every operation and the probe report it', async (_, fault, code, expected) => {
    const { provider, store } = await setUpFault(fault, code === 'timed-out' ? 400 : undefined);
    const errors = await Promise.all(operations.map(([, operate]) => failure(operate(store), code)));
    for (const { message } of errors) expect(message).toBe(expected);
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: code });
    expect(provider.items.size).toBe(1);
  });

  test.each(failsAtAnyCall)(
    '[FLT8] %s at any call of any operation: reported with its own code, never as absence',
    async (_, at, code, expected) => {
      for (const [name, operate] of operations) {
        for (let count = 1; ; count += 1) {
          const { provider, store, stop } = await setUpFault(at(count));
          const result = operate(store);
          await result.catch(() => undefined);
          await stop();
          if (provider.calls.length < count) break;
          expect((await failure(result, code)).message, `${name}, call ${count}`).toBe(expected);
        }
      }
    },
  );

  test('[FLT9] no default collection: items of other collections are found, nothing new is written, and the probe reports it', async () => {
    const { provider, store } = await setUpFault(faults.hasNoDefaultCollection());
    expect(await store.get(alice)).toBeDefined();
    const error = await failure(store.set({ ...alice, account: 'bob' }, textSecret('new')), 'no-collection');
    expect(error.message).toBe('the Secret Service has no default collection');
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'no-collection' });
    expect(provider.items.size).toBe(1);
  });

  test('a provider that returns a different secret: the probe reports it, and removes its sentinel', async () => {
    const { provider, store } = await setUpFault(faults.returnsAnotherSecret());
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    await eventually(() => expect(provider.items.size).toBe(1));
  });
});
