import { CredentialError } from '../domain/credential-error.ts';
import type { Probe } from '../domain/probe.ts';
import { storeNames } from '../domain/store-id.ts';
import type { CredentialStore } from '../ports/credential-store.ts';
import type { StoreProbe } from '../ports/store-probe.ts';

/** A store of the operating system. */
export type Keyring = CredentialStore & StoreProbe;

/**
 * The same store for one command: once it has not answered in time it is not asked again, and what else is wanted of it
 * fails at once in the same way. So a command is as bounded as an operation, however many of them it makes.
 */
export function waitOnce(store: Keyring): Keyring {
  let late: CredentialError | undefined;

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (late !== undefined) throw late;
    try {
      return await work();
    } catch (error) {
      if (error instanceof CredentialError && error.code === 'timed-out') late = error;
      throw error;
    }
  }

  return {
    id: store.id,
    listing: store.listing,
    get: (name, options) => ask(() => store.get(name, options)),
    set: (name, secret, options) => ask(() => store.set(name, secret, options)),
    delete: (name, options) => ask(() => store.delete(name, options)),
    list: (service, options) => ask(() => store.list(service, options)),
    async probe(options) {
      if (late !== undefined) return factOf(late);
      const probe = await store.probe(options);
      if (probe.kind === 'service-failure' && probe.reason === 'timed-out') {
        const { evidence } = probe;
        late = new CredentialError(probe.reason, `the ${storeNames[store.id]} did not answer in time`, {
          ...(evidence && { evidence }),
        });
      }
      return probe;
    },
    close: () => store.close(),
  };
}

function factOf({ evidence }: CredentialError): Probe {
  return { kind: 'service-failure', reason: 'timed-out', ...(evidence && { evidence }) };
}
