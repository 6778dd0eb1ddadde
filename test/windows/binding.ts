import { type Binding, type EntryOptions, loadBinding, type NativeEntry } from '../../src/adapters/native/binding.ts';
import { underWine } from '../support/under-wine.ts';

/** Wraps each call of the binding. Must make the call. */
export type CallWrapper = <T>(kind: 'read' | 'write', call: () => Promise<T>) => Promise<T>;

/** Returns the binding with each of its calls wrapped. */
export function wrapCalls({ AsyncEntry, findCredentialsAsync }: Binding, wrap: CallWrapper): Binding {
  class Entry implements NativeEntry {
    readonly #entry: () => Promise<NativeEntry>;

    constructor(service: string, user: string, options?: EntryOptions, target?: string) {
      if (target === undefined) {
        const entry = new AsyncEntry(service, user, options);
        this.#entry = async () => entry;
      } else {
        // Creating this entry writes, so it is delayed until the entry is used.
        this.#entry = () => wrap('write', async () => AsyncEntry.withTarget(target, service, user));
      }
    }

    static withTarget(target: string, service: string, user: string): NativeEntry {
      return new Entry(service, user, undefined, target);
    }

    async setSecret(secret: Uint8Array): Promise<unknown> {
      const entry = await this.#entry();
      return wrap('write', () => entry.setSecret(secret));
    }

    async getSecret(): Promise<ArrayLike<number> | null | undefined> {
      const entry = await this.#entry();
      return wrap('read', () => entry.getSecret());
    }

    async deleteCredential(): Promise<boolean> {
      const entry = await this.#entry();
      return wrap('write', () => entry.deleteCredential());
    }
  }
  return {
    AsyncEntry: Entry,
    findCredentialsAsync: (service, target) => wrap('read', () => findCredentialsAsync(service, target)),
  };
}

/**
 * Returns the binding that the programs use.
 *
 * In a search, Wine 8 counts the matching credentials, allocates memory for them, and then copies them. If another thread
 * adds one in between, the process crashes. So under Wine, calls are made one at a time; on Windows, in parallel.
 */
export function openRealBinding(): Binding {
  return underWine ? wrapCalls(loadBinding(), runSequentially) : loadBinding();
}

let last: Promise<unknown> = Promise.resolve();

function runSequentially<T>(_: unknown, call: () => Promise<T>): Promise<T> {
  const turn = last.then(call);
  last = turn.catch(() => undefined);
  return turn;
}
