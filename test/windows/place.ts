import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { StoreProbe } from '../../src/ports/store-probe.ts';
import { type CreateStore, openRealStore } from '../native/harness.ts';
import { realBinding } from './binding.ts';
import { OwnTargets } from './targets.ts';

/** The user's Credential Manager, in which nothing is left of what is kept while this is in use. */
export class Place {
  readonly own = new OwnTargets();
  readonly #folder = mkdtempSync(join(tmpdir(), 'keystow-windows-'));

  /** A store with nobody there, and with the lock that the programs have. */
  open(create: CreateStore = createCredentialManager): CredentialStore & StoreProbe {
    return openRealStore(create, this.#folder, realBinding());
  }

  async clear(): Promise<void> {
    await this.own.removeAll();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
