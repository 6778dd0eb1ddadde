import { join } from 'node:path';
import { createLock } from '../../src/adapters/files/lock.ts';
import type { Binding } from '../../src/adapters/native/binding.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { StoreProbe } from '../../src/ports/store-probe.ts';
import type { CreateStore } from './harness.ts';

/** A store over the real binding, with nobody there, and with the lock that the programs have, in `folder`. */
export function openStore(create: CreateStore, folder: string, binding: Binding): CredentialStore & StoreProbe {
  return create({
    loadBinding: () => binding,
    sentinelService: 'keystow-test',
    interaction: { interactive: false, notifyWaiting: () => undefined },
    exclusively: createLock({ path: join(folder, 'credentials.json.native'), label: 'lock of the OS keyring' }),
  });
}
