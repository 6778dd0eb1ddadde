import { createRequire } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { createKeyutilsProbe } from '../../src/adapters/keyutils/keyutils.ts';
import { type Binding, loadBinding } from '../../src/adapters/native/binding.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding } from './fake-binding.ts';
import { alice, createSecret, createTestMutex, openStoreOver, stores } from './harness.ts';

function isLoaded(): boolean {
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  return sharedObjects.some((path) => path.includes('keyring'));
}

test('the native module is loaded only when it is used', async () => {
  const interaction = { interactive: false, notifyWaiting: () => undefined };
  const options = { sentinelService: 'keystow', interaction, withLock: createTestMutex() };
  for (const store of [createKeychain(options), createCredentialManager(options)]) await store.close();
  createKeyutilsProbe();
  expect(isLoaded()).toBe(false);
  loadBinding();
  expect(isLoaded()).toBe(true);
});

/** Fails as the binding does: each reason is the cause of the next, the first one innermost. */
function failToLoad(): never {
  const reason = new Error("Cannot find module '@napi-rs/keyring-plan9-x64'\nRequire stack:\n- /app/index.js");
  throw new Error('Cannot find native binding.', { cause: new Error('another', { cause: reason }) });
}

describe.each(stores)('%s: if the native module cannot be loaded', (_, create, platform) => {
  const handle = openStoreOver(create, new FakeBinding(platform), { loadBinding: failToLoad });
  const text = "Cannot find module '@napi-rs/keyring-plan9-x64' Require stack: - /app/index.js";

  test('every operation fails with binding-missing and the first reason', async () => {
    const operations = [
      handle.get(alice),
      handle.set(alice, createSecret(1)),
      handle.delete(alice),
      handle.list(alice.service),
    ];
    for (const operation of operations) {
      const error = await failure(operation, 'binding-missing');
      expect(error.message).toBe(`the native module for the OS keyring cannot be loaded: ${text}`);
      expect(error.hint).toBe('reinstall with optional dependencies (npm install --include=optional) on this machine');
    }
  });

  test('[NAT1] the probe reports unsupported', async () => {
    expect(await handle.probe()).toEqual({ kind: 'unsupported', reason: 'binding-missing', evidence: { text } });
  });
});

test.each(stores)('%s: loads the binding at the first operation', async (_, create, platform) => {
  const load = vi.fn<() => Binding>(() => new FakeBinding(platform).binding);
  const store = openStoreOver(create, new FakeBinding(platform), { loadBinding: load });
  await store.close();
  expect(load).not.toHaveBeenCalled();
  await store.get(alice);
  expect(load).toHaveBeenCalled();
});

describe('the real native module', () => {
  test('[NAT2] has the version whose messages and quirks the adapters know', () => {
    const { version } = createRequire(import.meta.url)('@napi-rs/keyring/package.json') as { version: string };
    expect(version).toBe('2.1.2');
  });

  test('has what the adapters use', () => {
    const { AsyncEntry, findCredentialsAsync } = loadBinding();
    expect(findCredentialsAsync).toBeTypeOf('function');
    expect(AsyncEntry.withTarget).toBeTypeOf('function');
    for (const method of ['setSecret', 'getSecret', 'deleteCredential'] as const) {
      expect((AsyncEntry.prototype as Record<string, unknown>)[method]).toBeTypeOf('function');
    }
  });
});
