import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createLock } from '../../src/adapters/files/lock.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import type { Binding } from '../../src/adapters/native/binding.ts';
import type { NativeStoreOptions } from '../../src/adapters/native/native-store.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { CredentialStore, StoreProbe } from '../../src/ports/credential-store.ts';
import type { Mutex } from '../../src/ports/system.ts';
import type { Harness } from '../contract/harness.ts';
import { createMemoryStore, type MemoryBacking } from '../memory/memory-store.ts';
import { FakeBinding, type FakePlatform, fakeMacos, fakeWindows, type StoredItem } from './fake-binding.ts';

/** Lets one writer of this process run at a time. */
export function createTestMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(() => work(() => true));
    last = turn.catch(() => undefined);
    return turn;
  };
}

export type CreateStore = (options: NativeStoreOptions) => CredentialStore & StoreProbe;

/** Opens a non-interactive store over a fake binding. */
export function openStoreOver(
  create: CreateStore,
  fake: FakeBinding,
  options: Partial<NativeStoreOptions> = {},
): CredentialStore & StoreProbe {
  const interaction = { interactive: false, notifyWaiting: () => undefined };
  return create({
    loadBinding: () => fake.binding,
    sentinelService: 'keystow',
    interaction,
    withLock: createTestMutex(),
    // Long enough for a busy machine.
    timeoutMs: 60_000,
    ...options,
  });
}

export function fingerprint(items: Iterable<StoredItem>): string {
  const lines = [...items].map(({ service, user, target, secret }) => {
    const digest = createHash('sha256').update(secret).digest('hex');
    return JSON.stringify([service, user, target, secret.length, digest]);
  });
  return lines.sort().join('\n');
}

export function keychainHarness(): Harness {
  return createNativeHarness('keychain', createKeychain, fakeMacos);
}

export function credentialManagerHarness(): Harness {
  return createNativeHarness('credential-manager', createCredentialManager, fakeWindows);
}

/** Some names have a visible target. */
export function visibleTargetHarness(): Harness {
  return createNativeHarness('credential-manager-visible-target', createWithVisibleTargets, fakeWindows);
}

/** The accounts `alice` and `a` have a visible target. */
export const createWithVisibleTargets: CreateStore = (options) =>
  createCredentialManager({
    ...options,
    findVisibleTarget: ({ service, account }) =>
      account === 'alice' || account === 'a'
        ? `visible-${createHash('sha256').update(`${service}/${account}`).digest('hex')}`
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

function createNativeHarness(name: string, create: CreateStore, platform: FakePlatform): Harness {
  const items = new Map<string, StoredItem>();
  const withLock = createTestMutex();
  const open = async () => openStoreOver(create, new FakeBinding(platform, items), { withLock });
  return { name, open, probe: open, contents: async () => fingerprint(items.values()) };
}

type Store = readonly [name: string, create: CreateStore, platform: FakePlatform, maxItemBytes: number];

/** The native stores, with the largest secret of one item in bytes. */
export const stores: readonly Store[] = [
  ['Keychain', createKeychain, fakeMacos, 65_536],
  ['Credential Manager', createCredentialManager, fakeWindows, 2560],
];

/** Includes a store in which {@link alice} has a visible target. */
export const allStores: readonly Store[] = [
  ...stores,
  ['Credential Manager with a visible target', createWithVisibleTargets, fakeWindows, 2560],
];

export const alice = { service: 'keystow-test', account: 'alice' };

/** Returns `size` bytes that depend on `seed`, so that no two secrets of a test have a chunk in common. */
export function createSecret(size: number, seed = 0): Secret {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index += 1) bytes[index] = index * 31 + (index >> 8) * 7 + seed;
  return new Secret(bytes);
}

export function toHex(secret: Secret | undefined): string | undefined {
  return secret && Buffer.from(secret.expose()).toString('hex');
}

/** Opens a non-interactive store over the real binding, with the programs’ own lock in `folder`. */
export function openRealStore(create: CreateStore, folder: string, binding: Binding): CredentialStore & StoreProbe {
  return create({
    loadBinding: () => binding,
    sentinelService: 'keystow-test',
    interaction: { interactive: false, notifyWaiting: () => undefined },
    withLock: createLock({
      path: join(folder, 'credentials.json.native'),
      label: 'lock of the OS keyring',
      isOnlyLock: true,
    }),
  });
}
