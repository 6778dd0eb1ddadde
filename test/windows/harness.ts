import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import type { CredentialStore, StoreProbe } from '../../src/ports/credential-store.ts';
import type { Harness } from '../contract/harness.ts';
import { type CreateStore, createWithVisibleTargets, openRealStore } from '../native/harness.ts';
import { openRealBinding } from './binding.ts';
import { missingCredentialManager, OwnTargets } from './credential-manager.ts';

/** The real Credential Manager, for the contract. */
export function credentialManagerNativeHarness(): Harness {
  return createHarness('credential-manager-native', createCredentialManager);
}

/** Some names have a visible target. */
export function visibleTargetNativeHarness(): Harness {
  return createHarness('credential-manager-native-visible-target', createWithVisibleTargets);
}

function createHarness(name: string, create: CreateStore): Harness {
  let current: TestCredentialManager | undefined;
  const getCurrent = () => {
    if (current === undefined) throw new Error('not started');
    return current;
  };
  const open = async () => getCurrent().open(create);
  return {
    name,
    ...(missingCredentialManager !== undefined && { missing: missingCredentialManager }),
    async start() {
      current = new TestCredentialManager();
    },
    stop: () => getCurrent().clear(),
    open,
    probe: open,
    contents: () => getCurrent().own.contents(),
  };
}

/** The user's Credential Manager. `clear` removes everything that was stored through this object. */
export class TestCredentialManager {
  readonly own = new OwnTargets();
  readonly #folder = mkdtempSync(join(tmpdir(), 'keystow-windows-'));

  /** Opens a non-interactive store, with the lock that the programs use. */
  open(create: CreateStore = createCredentialManager): CredentialStore & StoreProbe {
    return openRealStore(create, this.#folder, openRealBinding());
  }

  async clear(): Promise<void> {
    await this.own.removeAll();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
