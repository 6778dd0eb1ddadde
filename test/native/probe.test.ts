import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { FakeBinding } from './fake-binding.ts';
import { openStoreOver, stores } from './harness.ts';

describe.each(stores)('%s: the probe', (store, create, platform) => {
  test('[NAT10] writes a sentinel under the given service and a new account each time', async () => {
    const fake = new FakeBinding(platform);
    const handle = openStoreOver(create, fake, { sentinelService: 'my-cli' });
    expect(await handle.probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
    await handle.probe();
    const written = fake.calls.filter((call) => call.startsWith('set '));
    expect(new Set(written).size).toBe(2);
    for (const call of written) expect(call).toMatch(/^set my-cli probe-[0-9a-f]{16}$/);
    expect(fake.items.size).toBe(0);
  });

  test('a failing write, read or delete reports the reason and the platform’s message, and leaves nothing behind', async () => {
    const [message, reason] =
      store === 'Keychain'
        ? (['User interaction is not allowed.', 'locked'] as const)
        : (['Windows ERROR_NO_SUCH_LOGON_SESSION', 'denied'] as const);
    for (const call of [/^set/, /^get/, /^delete/]) {
      const fake = new FakeBinding(platform);
      fake.fail(call, message);
      const result = await openStoreOver(create, fake).probe();
      expect(result).toEqual({ kind: 'service-failure', reason, evidence: { text: message } });
      expect(fake.items.size).toBe(0);
    }
  });

  test('an unknown message is reported as failed, with the message', async () => {
    const fake = new FakeBinding(platform);
    fake.fail(/^set/, 'never heard of');
    const result = await openStoreOver(create, fake).probe();
    expect(result).toEqual({ kind: 'service-failure', reason: 'failed', evidence: { text: 'never heard of' } });
  });

  test.each([
    ['other bytes', (secret: Uint8Array) => secret.map((byte) => byte ^ 1)],
    ['fewer bytes', (secret: Uint8Array) => secret.slice(1)],
    ['nothing', () => undefined],
  ])('a store that returns %s is a round-trip mismatch, and nothing is left behind', async (_, change) => {
    const fake = new FakeBinding(platform);
    const set = fake.items.set.bind(fake.items);
    fake.items.set = (key, item) => {
      const secret = change(item.secret);
      return secret === undefined ? fake.items : set(key, { ...item, secret });
    };
    const result = await openStoreOver(create, fake).probe();
    expect(result).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    expect(fake.items.size).toBe(0);
  });

  test('a sentinel that is written after the timeout is removed', async () => {
    const fake = new FakeBinding(platform);
    const answer = fake.hang();
    const handle = openStoreOver(create, fake, { timeoutMs: 40 });
    expect(await handle.probe()).toEqual({ kind: 'service-failure', reason: 'timed-out' });
    answer();
    await expect.poll(() => fake.calls.some((call) => call.startsWith('delete '))).toBe(true);
    await expect.poll(() => fake.items.size).toBe(0);
  });

  test('a sentinel that is written after the abort is removed before the probe rejects', async () => {
    const fake = new FakeBinding(platform);
    const answer = fake.hang();
    const controller = new AbortController();
    const probe = openStoreOver(create, fake).probe({ signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    setTimeout(answer, 20);
    await failure(probe, 'cancelled');
    expect(fake.calls.slice(0, 2).map((call) => call.split(' ')[0])).toEqual(['set', 'delete']);
    expect(fake.items.size).toBe(0);
  });
});
