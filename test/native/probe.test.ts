import { describe, expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { openOver } from './harness.ts';
import { stores } from './stores.ts';

describe.each(stores)('%s: the probe', (store, create, platform) => {
  test('[NAT10] writes a sentinel under the service it is given and an account of its own each time', async () => {
    const standIn = new BindingStandIn(platform);
    const handle = openOver(create, standIn, { sentinelService: 'my-cli' });
    expect(await handle.probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
    await handle.probe();
    const written = standIn.calls.filter((call) => call.startsWith('set '));
    expect(new Set(written).size).toBe(2);
    for (const call of written) expect(call).toMatch(/^set my-cli probe-[0-9a-f]{16}$/);
    expect(standIn.items.size).toBe(0);
  });

  test('a failure to write, read or delete is its reason, with the words, and nothing stays', async () => {
    const [words, reason] =
      store === 'Keychain'
        ? (['User interaction is not allowed.', 'locked'] as const)
        : (['Windows ERROR_NO_SUCH_LOGON_SESSION', 'denied'] as const);
    for (const call of [/^set/, /^get/, /^delete/]) {
      const standIn = new BindingStandIn(platform);
      standIn.fail(call, words);
      const seen = await openOver(create, standIn).probe();
      expect(seen).toEqual({ kind: 'service-failure', reason, evidence: { text: words } });
      expect(standIn.items.size).toBe(0);
    }
  });

  test('words that nobody knows are failed, and kept', async () => {
    const standIn = new BindingStandIn(platform);
    standIn.fail(/^set/, 'never heard of');
    const seen = await openOver(create, standIn).probe();
    expect(seen).toEqual({ kind: 'service-failure', reason: 'failed', evidence: { text: 'never heard of' } });
  });

  test.each([
    ['other bytes', (secret: Uint8Array) => secret.map((byte) => byte ^ 1)],
    ['fewer bytes', (secret: Uint8Array) => secret.slice(1)],
    ['nothing', () => undefined],
  ])('a store that gives back %s is a round-trip mismatch, and nothing stays', async (_, change) => {
    const standIn = new BindingStandIn(platform);
    const set = standIn.items.set.bind(standIn.items);
    standIn.items.set = (key, item) => {
      const secret = change(item.secret);
      return secret === undefined ? standIn.items : set(key, { ...item, secret });
    };
    const seen = await openOver(create, standIn).probe();
    expect(seen).toEqual({ kind: 'service-failure', reason: 'round-trip-mismatch' });
    expect(standIn.items.size).toBe(0);
  });

  test('a sentinel that lands after the limit is taken away again', async () => {
    const standIn = new BindingStandIn(platform);
    const answer = standIn.hang();
    const handle = openOver(create, standIn, { limitMs: 40 });
    expect(await handle.probe()).toEqual({ kind: 'service-failure', reason: 'timed-out' });
    answer();
    await expect.poll(() => standIn.calls.some((call) => call.startsWith('delete '))).toBe(true);
    await expect.poll(() => standIn.items.size).toBe(0);
  });

  test('a sentinel that lands after the probe was called off is taken away before it says so', async () => {
    const standIn = new BindingStandIn(platform);
    const answer = standIn.hang();
    const controller = new AbortController();
    const probe = openOver(create, standIn).probe({ signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    setTimeout(answer, 20);
    await failure(probe, 'cancelled');
    expect(standIn.calls.slice(0, 2).map((call) => call.split(' ')[0])).toEqual(['set', 'delete']);
    expect(standIn.items.size).toBe(0);
  });
});
