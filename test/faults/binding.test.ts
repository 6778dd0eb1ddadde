import { describe, expect, test } from 'vitest';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import type { Binding } from '../../src/adapters/native/binding.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from '../contract/errors.ts';
import { FakeBinding, type FakePlatform, fakeMacos } from '../native/fake-binding.ts';
import { alice, type CreateStore, createSecret, openStoreOver, stores } from '../native/harness.ts';
import { type BindingFault, bindingFaults } from './binding-faults.ts';
import { faultyBinding } from './faulty-binding.ts';

const namedFaults = bindingFaults.map(
  (fault) => [`${fault.platform}, ${fault.stage}: ${fault.message}`, fault] as const,
);

const openFaultyStore = (create: CreateStore, platform: FakePlatform, fault: BindingFault) =>
  openStoreOver(create, new FakeBinding(platform), {
    loadBinding: () => faultyBinding(fault) as unknown as Binding,
    timeoutMs: 20,
  });

describe.each(stores)('%s', (store, create, fake) => {
  const platform = store === 'Keychain' ? 'darwin' : 'win32';

  test.each(namedFaults)(
    '[FLT4] %s: every operation fails with a code, and never reports absence',
    async (_, fault) => {
      const handle = openFaultyStore(create, fake, fault);
      const operations = [
        handle.get(alice),
        handle.set(alice, createSecret(3)),
        handle.delete(alice),
        handle.list(alice.service),
      ];
      for (const { status, ...rest } of await Promise.allSettled(operations)) {
        expect(status).toBe('rejected');
        const { reason } = rest as PromiseRejectedResult;
        expect(reason).toBeInstanceOf(CredentialError);
        if (fault.platform === platform) expect(reason.code).toBe(fault.code);
      }
    },
  );

  test.each(namedFaults)('%s: the probe does not report usable', async (_, fault) => {
    expect((await openFaultyStore(create, fake, fault).probe()).kind).not.toBe('usable');
  });
});

test('a dismissed dialog of the Keychain is distinguished from other denials', async () => {
  for (const fault of bindingFaults.filter(({ platform, code }) => platform === 'darwin' && code === 'denied')) {
    const error = await failure(openFaultyStore(createKeychain, fakeMacos, fault).get(alice), 'denied');
    const dismissed = fault.meaning.includes('dismissed') ? { dismissed: true } : undefined;
    expect(error.evidence, fault.message).toEqual(dismissed);
  }
});
