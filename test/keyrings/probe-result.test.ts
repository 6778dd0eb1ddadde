import { expect, test } from 'vitest';
import { probeByRoundTrip, type SentinelItem, toProbeResult } from '../../src/adapters/keyrings/keyring.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { serviceFailureReasons, unsupportedReasons } from '../../src/domain/selection/probe-result.ts';

test.each(unsupportedReasons)('the code %s becomes unsupported', (reason) => {
  expect(toProbeResult(new CredentialError(reason, 'ours'))).toEqual({ kind: 'unsupported', reason });
});

test.each(serviceFailureReasons)('the code %s becomes a service failure', (reason) => {
  expect(toProbeResult(new CredentialError(reason, 'ours'))).toEqual({ kind: 'service-failure', reason });
});

test('a code that is not a reason becomes failed', () => {
  expect(toProbeResult(new CredentialError('too-large', 'ours'))).toEqual({
    kind: 'service-failure',
    reason: 'failed',
  });
});

test('the evidence includes the platform’s message', () => {
  const error = new CredentialError('denied', 'ours', {
    evidence: { dismissed: true },
    cause: new Error('outer', { cause: new Error('theirs') }),
  });
  const evidence = { dismissed: true, text: 'theirs' };
  expect(toProbeResult(error)).toEqual({ kind: 'service-failure', reason: 'denied', evidence });
  expect(toProbeResult(new CredentialError('not-installed', 'ours', { cause: 'theirs' }))).toEqual({
    kind: 'unsupported',
    reason: 'not-installed',
    evidence: { text: 'theirs' },
  });
});

test('without a cause, the evidence stays unchanged', () => {
  const error = new CredentialError('locked', 'ours', { evidence: { text: 'observed' } });
  expect(toProbeResult(error)).toEqual({ kind: 'service-failure', reason: 'locked', evidence: { text: 'observed' } });
});

test.each([
  ['cancellation', new CredentialError('cancelled', 'the operation was cancelled')],
  ['a bug', new TypeError('x is not a function')],
])('%s is rethrown unchanged', (_, error) => {
  expect(() => toProbeResult(error)).toThrow(error);
});

/** An item that works, except for the methods that a test replaces. */
function createItem(overrides: Partial<SentinelItem> = {}) {
  const steps: string[] = [];
  const written: Uint8Array[] = [];
  const working: SentinelItem = {
    async write(sentinel) {
      written.push(sentinel);
    },
    read: async () => written.at(-1)?.slice(),
    remove: async () => true,
    ...overrides,
  };
  const item: SentinelItem = {
    write(sentinel) {
      steps.push('write');
      return working.write(sentinel);
    },
    read() {
      steps.push('read');
      return working.read();
    },
    remove() {
      steps.push('remove');
      return working.remove();
    },
  };
  return { item, steps, written };
}

const mismatch = { kind: 'service-failure', reason: 'round-trip-mismatch' };

test('a store that returns the sentinel and removes it is usable until-delete', async () => {
  const { item, steps } = createItem();
  expect(await probeByRoundTrip(item)).toEqual({ kind: 'usable', persistence: 'until-delete' });
  expect(steps).toEqual(['write', 'read', 'remove']);
});

test('every sentinel is different, so that a leftover one is not mistaken for it', async () => {
  const { item, written } = createItem();
  for (let round = 0; round < 3; round += 1) await probeByRoundTrip(item);
  expect(new Set(written.map((sentinel) => Buffer.from(sentinel).toString('hex'))).size).toBe(3);
  for (const sentinel of written) expect(sentinel).toHaveLength(16);
});

test.each<[string, Partial<SentinelItem>]>([
  ['returns nothing', { read: async () => undefined }],
  ['returns a different secret', { read: async () => new Uint8Array(16) }],
  ['finds nothing to remove', { remove: async () => false }],
])('a store that %s is a round-trip-mismatch, and the sentinel is removed', async (_, overrides) => {
  const { item, steps } = createItem(overrides);
  expect(await probeByRoundTrip(item)).toEqual(mismatch);
  expect(steps).toEqual(['write', 'read', 'remove']);
});

test.each(['write', 'read', 'remove'] as const)('a failing %s rejects with its own error', async (step) => {
  const error = new Error('broken');
  const { item } = createItem({ [step]: () => Promise.reject(error) });
  await expect(probeByRoundTrip(item)).rejects.toBe(error);
});
