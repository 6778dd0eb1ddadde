import { throwIfAborted } from '../../src/adapters/files/abort.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { type CredentialName, compareNames, toCredentialName } from '../../src/domain/credential-name.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';

/** Secrets by service and account, as a JSON array. Several stores can share one. */
export type MemoryBacking = Map<string, Uint8Array>;

export interface MemoryStoreOptions {
  /** The store that it replaces. */
  readonly id: StoreId;
  readonly listing?: CredentialStore['listing'];
  readonly backing?: MemoryBacking;
}

/** A store in memory, for tests: its credentials are lost when the process exits. */
export function createMemoryStore({ id, listing = 'all', backing = new Map() }: MemoryStoreOptions): CredentialStore {
  return {
    id,
    listing,
    async get(name, options) {
      const key = toKey(name);
      throwIfAborted(options);
      const bytes = backing.get(key);
      return bytes && new Secret(bytes.slice());
    },
    async set(name, secret, options) {
      const key = toKey(name);
      throwIfAborted(options);
      if (backing.has(key)) options?.onReplaced?.();
      backing.set(key, Uint8Array.from(secret.expose()));
    },
    async delete(name, options) {
      const key = toKey(name);
      throwIfAborted(options);
      return backing.delete(key);
    },
    async list(service, options) {
      if (service === undefined && listing === 'by-service') {
        throw new CredentialError('invalid-input', 'a service is required: this store lists one service at a time');
      }
      if (service !== undefined) toCredentialName(service, service);
      throwIfAborted(options);
      const names = [...backing.keys()].map(parseKey);
      return names.filter((name) => service === undefined || name.service === service).sort(compareNames);
    },
    async close() {},
  };
}

function toKey({ service, account }: CredentialName): string {
  toCredentialName(service, account);
  return JSON.stringify([service, account]);
}

function parseKey(key: string): CredentialName {
  const [service, account] = JSON.parse(key) as [string, string];
  return { service, account };
}
