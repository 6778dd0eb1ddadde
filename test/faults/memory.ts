import type { CustomStore } from '../../src/ports/credential-store.ts';
import { createMemoryStore as create } from '../memory/memory-store.ts';

/**
 * A store in memory, for tests: `openCredentialStore({ application: 'acme', stores: [createMemoryStore()] })`. It's empty,
 * and nothing is read from or written to the disk or a keyring, whatever the environment says. Stores
 * that are opened with the same one share its credentials.
 */
export function createMemoryStore(): CustomStore {
  return { ...create({ id: 'custom' }), id: 'custom', isEphemeral: true };
}
