import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { createKeychain } from '../../src/adapters/keychain/keychain.ts';
import { Secret } from '../../src/domain/secret.ts';
import { macStandIn, type PlatformStandIn, windowsStandIn } from '../support/binding-stand-in-platforms.ts';
import { type CreateStore, createWithExactTargets } from './harness.ts';

type Store = readonly [name: string, create: CreateStore, platform: PlatformStandIn, maxItemBytes: number];

/** The native stores, and how much one item of each holds, in bytes. */
export const stores: readonly Store[] = [
  ['Keychain', createKeychain, macStandIn, 65_536],
  ['Credential Manager', createCredentialManager, windowsStandIn, 2560],
];

/** And the one in which {@link alice} has a target of her own. */
export const allStores: readonly Store[] = [
  ...stores,
  ['Credential Manager with an exact target', createWithExactTargets, windowsStandIn, 2560],
];

export const alice = { service: 'keystow-test', account: 'alice' };

/** `size` bytes that depend on `seed`, so that no two secrets of a test have a piece in common. */
export function secretOf(size: number, seed = 0): Secret {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index += 1) bytes[index] = index * 31 + (index >> 8) * 7 + seed;
  return new Secret(bytes);
}

export function hexOf(secret: Secret | undefined): string | undefined {
  return secret && Buffer.from(secret.expose()).toString('hex');
}
