import { expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { createKeyutilsProbe } from '../../src/adapters/keyutils/keyutils.ts';
import { loadBinding } from '../../src/adapters/native/load-binding.ts';
import { inTurn } from './harness.ts';

function isLoaded(): boolean {
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  return sharedObjects.some((path) => path.includes('keyring'));
}

test('the native module is loaded when it is used, and not before', async () => {
  const interaction = { interactive: false, notifyWaiting: () => undefined };
  const options = { sentinelService: 'keystow', interaction, exclusively: inTurn() };
  for (const store of [createKeychain(options), createCredentialManager(options)]) await store.close();
  createKeyutilsProbe();
  expect(isLoaded()).toBe(false);
  loadBinding();
  expect(isLoaded()).toBe(true);
});
