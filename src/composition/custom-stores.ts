import { CredentialError, isCredentialError } from '../domain/credential-error.ts';
import type { PlacementIndex } from '../domain/placement/placement-index.ts';
import { exposeSecret, Secret } from '../domain/secret.ts';
import { type StoreId, storeNames } from '../domain/store-id.ts';
import type { CredentialStore, CustomStore } from '../ports/credential-store.ts';
import type { PlacementRepository } from '../ports/placement-repository.ts';
import type { Stores } from '../ports/stores.ts';
import type { Mutex } from '../ports/system.ts';
import type { Keyring } from './circuit-breaker.ts';

/** Whether the stores are lost with the process, so that nothing is written to disk either. */
export function areEphemeral(custom: readonly CustomStore[]): boolean {
  return custom.length > 0 && custom.every(({ isEphemeral }) => isEphemeral === true);
}

/** Replaces the OS stores by an application's own. The encrypted file stays, unless they're in memory only. */
export function replaceStores(stores: Stores, custom: readonly CustomStore[]): Stores {
  const keyrings = new Map<StoreId, Keyring>(custom.map((store) => [store.id, toKeyring(store)]));
  const isEphemeral = areEphemeral(custom);
  return {
    ...stores,
    candidates: custom.map(({ id }) => id),
    async openProbe(id) {
      const keyring = id === 'keyutils' ? undefined : keyrings.get(id);
      if (keyring !== undefined) return keyring;
      throw new Error(`${id} is not a candidate`);
    },
    async open(id) {
      const keyring = keyrings.get(id);
      if (keyring !== undefined) return keyring;
      if (id === 'file') return isEphemeral ? noFile : stores.open(id);
      throw new CredentialError('not-installed', `this program doesn't use the ${storeNames[id]}`);
    },
    async close() {
      await Promise.allSettled([stores.close(), ...custom.map(async (store) => store.close())]);
    },
    ...(isEphemeral && {
      hasFile: async () => false,
      findFileKeySource: async () => undefined,
      checkFile: async () => undefined,
      resealFile: async () => false,
    }),
  };
}

/** Stands for the encrypted file: empty, and nothing can be stored in it. */
const noFile: CredentialStore = {
  id: 'file',
  listing: 'all',
  get: async () => undefined,
  set: async () => {
    throw new CredentialError('not-installed', 'the encrypted file is not used, because the stores are in memory only');
  },
  delete: async () => false,
  list: async () => [],
  close: async () => undefined,
};

/** Makes sure that errors and secrets are keystow's own: the store may use another build of keystow, or none. */
function toKeyring(store: CustomStore): Keyring {
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toOwnError(error, store.id);
    }
  };
  return {
    id: store.id,
    listing: store.listing,
    get: (name, options) =>
      guard(async () => {
        const secret = await store.get(name, options);
        if (secret === undefined) return undefined;
        const bytes = exposeSecret(secret);
        if (bytes !== undefined) return new Secret(bytes);
        throw new CredentialError('failed', `the ${storeNames[store.id]} returned something else than a Secret`);
      }),
    set: (name, secret, options) => guard(() => store.set(name, secret, options)),
    delete: (name, options) => guard(() => store.delete(name, options)),
    list: (service, options) => guard(() => store.list(service, options)),
    probe: async (options) =>
      store.probe === undefined
        ? { kind: 'usable', persistence: 'until-delete' }
        : guard(() => (store as Required<CustomStore>).probe(options)),
    close: () => store.close(),
  };
}

function toOwnError(error: unknown, id: StoreId): CredentialError {
  if (error instanceof CredentialError) return error;
  if (!isCredentialError(error)) {
    return new CredentialError('failed', `the ${storeNames[id]} failed: ${readMessage(error)}`, { cause: error });
  }
  const { code, message, hint, evidence, cause } = error;
  return new CredentialError(code, message, { cause, ...(hint && { hint }), ...(evidence && { evidence }) });
}

function readMessage(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

/** A placement index in memory. */
export function createMemoryPlacement(): PlacementRepository {
  let placement: PlacementIndex = [];
  return {
    read: async () => ({ placement, state: 'intact' }),
    update: async (change) => {
      placement = change(placement);
    },
    checkWritable: async () => undefined,
    rememberFile: () => undefined,
    flushFile: async () => undefined,
    recallFile: async () => undefined,
    expectsFile: async () => false,
  };
}

/**
 * One lock of this process for all credentials, first come first served. `limitMs`: how long to wait for those that came before,
 * by default without a limit. After that → `file-busy`, and `work` doesn't run.
 */
export function createMemoryLocks(): (limitMs?: number) => Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (limitMs) => async (work) => {
    const previous = last;
    const turn = limitMs === undefined ? previous : waitWithin(previous, limitMs);
    const result = turn.then(() => work(() => true));
    last = Promise.allSettled([previous, result]);
    return result;
  };
}

async function waitWithin(previous: Promise<unknown>, limitMs: number): Promise<void> {
  const { withTimeLimit } = await import('../adapters/keyrings/silence-timer.ts');
  await withTimeLimit(limitMs, () => previous, busyError);
}

function busyError(): CredentialError {
  return new CredentialError('file-busy', 'another update of this credential has not ended', {
    hint: 'end that one first: an update within another waits for it',
  });
}
