import { createHash } from 'node:crypto';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import type { Exclusively } from '../../src/adapters/files/lock.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { createMemoryStore, type MemoryBacking } from '../../src/adapters/memory/memory-store.ts';
import type { NativeStoreOptions } from '../../src/adapters/native/store-options.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { StoreProbe } from '../../src/ports/store-probe.ts';
import type { Harness } from '../contract/harness.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import {
  type KeptItem,
  macStandIn,
  type PlatformStandIn,
  windowsStandIn,
} from '../support/binding-stand-in-platforms.ts';

/** Writers in line, as the file lock of the wiring has them: of one process. */
export function inTurn(): Exclusively {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(() => work(() => true));
    last = turn.catch(() => undefined);
    return turn;
  };
}

export type CreateStore = (options: NativeStoreOptions) => CredentialStore & StoreProbe;

/** A store over a stand-in, non-interactive, with what a test wants otherwise. */
export function openOver(
  create: CreateStore,
  standIn: BindingStandIn,
  options: Partial<NativeStoreOptions> = {},
): CredentialStore & StoreProbe {
  const interaction = { interactive: false, notifyWaiting: () => undefined };
  return create({
    loadBinding: () => standIn.binding,
    sentinelService: 'keystow',
    interaction,
    exclusively: inTurn(),
    ...options,
  });
}

export function fingerprint(items: Iterable<KeptItem>): string {
  const lines = [...items].map(({ service, user, target, secret }) => {
    const digest = createHash('sha256').update(secret).digest('hex');
    return JSON.stringify([service, user, target, secret.length, digest]);
  });
  return lines.sort().join('\n');
}

export function keychainHarness(): Harness {
  return nativeHarness('keychain', createKeychain, macStandIn);
}

export function credentialManagerHarness(): Harness {
  return nativeHarness('credential-manager', createCredentialManager, windowsStandIn);
}

/** Over names of which some have a target of their own. */
export function exactTargetHarness(): Harness {
  return nativeHarness('credential-manager-exact-target', createWithExactTargets, windowsStandIn);
}

/** Gives every `alice` and every `a` a target. */
export const createWithExactTargets: CreateStore = (options) =>
  createCredentialManager({
    ...options,
    exactTargets: ({ service, account }) =>
      account === 'alice' || account === 'a'
        ? `exact-${createHash('sha256').update(`${service}/${account}`).digest('hex')}`
        : undefined,
  });

export function memoryHarness(): Harness {
  const backing: MemoryBacking = new Map();
  return {
    name: 'memory',
    open: async () => createMemoryStore({ id: 'file', backing }),
    contents: async () => JSON.stringify([...backing].map(([key, bytes]) => [key, [...bytes]]).sort()),
  };
}

function nativeHarness(name: string, create: CreateStore, platform: PlatformStandIn): Harness {
  const items = new Map<string, KeptItem>();
  const exclusively = inTurn();
  const open = async () => openOver(create, new BindingStandIn(platform, items), { exclusively });
  return { name, open, probe: open, contents: async () => fingerprint(items.values()) };
}
