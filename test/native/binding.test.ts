import { createRequire } from 'node:module';
import { describe, expect, test, vi } from 'vitest';
import type { Binding } from '../../src/adapters/native/binding.ts';
import { loadBinding } from '../../src/adapters/native/load-binding.ts';
import { failure } from '../contract/errors.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { openOver } from './harness.ts';
import { alice, secretOf, stores } from './stores.ts';

/** As the binding fails to load: the reasons are beneath one another, the first innermost. */
function unloadable(): never {
  const reason = new Error("Cannot find module '@napi-rs/keyring-plan9-x64'\nRequire stack:\n- /app/index.js");
  throw new Error('Cannot find native binding.', { cause: new Error('another', { cause: reason }) });
}

describe.each(stores)('%s: a native module that cannot be loaded', (_, create, platform) => {
  const handle = openOver(create, new BindingStandIn(platform), { loadBinding: unloadable });
  const text = "Cannot find module '@napi-rs/keyring-plan9-x64' Require stack: - /app/index.js";

  test('is binding-missing to every operation, with the first of its reasons', async () => {
    const operations = [
      handle.get(alice),
      handle.set(alice, secretOf(1)),
      handle.delete(alice),
      handle.list(alice.service),
    ];
    for (const operation of operations) {
      const error = await failure(operation, 'binding-missing');
      expect(error.message).toBe(`the native module for the OS keyring cannot be loaded: ${text}`);
      expect(error.hint).toBe('install again with optional dependencies, on the machine where it is to run');
    }
  });

  test('[NAT1] is unsupported to the probe', async () => {
    expect(await handle.probe()).toEqual({ kind: 'unsupported', reason: 'binding-missing', evidence: { text } });
  });

  test('is not asked for before it is needed', async () => {
    const load = vi.fn<() => Binding>(() => new BindingStandIn(platform).binding);
    const lazy = openOver(create, new BindingStandIn(platform), { loadBinding: load });
    await lazy.close();
    expect(load).not.toHaveBeenCalled();
    await lazy.get(alice);
    expect(load).toHaveBeenCalled();
  });
});

describe('the real native module', () => {
  test('[NAT2] is the version whose words and oddities the adapters know', () => {
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
