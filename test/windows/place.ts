import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createLock } from '../../src/adapters/files/lock.ts';
import type { Binding } from '../../src/adapters/native/binding.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { StoreProbe } from '../../src/ports/store-probe.ts';
import type { CreateStore } from '../native/harness.ts';
import { realBinding } from './binding.ts';
import { OwnTargets } from './targets.ts';

/** The user's Credential Manager, in which nothing is left of what is kept while this is in use. */
export class Place {
  readonly own = new OwnTargets();
  readonly #folder = mkdtempSync(join(tmpdir(), 'keystow-windows-'));

  /** A store with nobody there, and with the lock that the programs have. */
  open(create: CreateStore = createCredentialManager): CredentialStore & StoreProbe {
    return openStore(create, this.#folder, realBinding());
  }

  async clear(): Promise<void> {
    await this.own.removeAll();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function openStore(create: CreateStore, folder: string, binding: Binding): CredentialStore & StoreProbe {
  return create({
    loadBinding: () => binding,
    sentinelService: 'keystow-test',
    attendance: { attended: false, waiting: () => undefined },
    exclusively: createLock({ path: join(folder, 'credentials.json.native'), what: 'lock of the OS keyring' }),
  });
}
