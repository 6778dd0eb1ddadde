import type { Binding, EntryOptions, NativeEntry } from '../../src/adapters/native/binding.ts';

/** Stands around each call of the binding, and is to make it. */
export type Around = <T>(kind: 'read' | 'write', call: () => Promise<T>) => Promise<T>;

/** The binding with `around` each of its calls. */
export function aroundCalls({ AsyncEntry, findCredentialsAsync }: Binding, around: Around): Binding {
  class Entry implements NativeEntry {
    readonly #entry: () => Promise<NativeEntry>;

    constructor(service: string, user: string, options?: EntryOptions, target?: string) {
      if (target === undefined) {
        const entry = new AsyncEntry(service, user, options);
        this.#entry = async () => entry;
      } else {
        // To make it is to write, and so is done when it is used.
        this.#entry = () => around('write', async () => AsyncEntry.withTarget(target, service, user));
      }
    }

    static withTarget(target: string, service: string, user: string): NativeEntry {
      return new Entry(service, user, undefined, target);
    }

    async setSecret(secret: Uint8Array): Promise<unknown> {
      const entry = await this.#entry();
      return around('write', () => entry.setSecret(secret));
    }

    async getSecret(): Promise<ArrayLike<number> | null | undefined> {
      const entry = await this.#entry();
      return around('read', () => entry.getSecret());
    }

    async deleteCredential(): Promise<boolean> {
      const entry = await this.#entry();
      return around('write', () => entry.deleteCredential());
    }
  }
  return {
    AsyncEntry: Entry,
    findCredentialsAsync: (service, target) => around('read', () => findCredentialsAsync(service, target)),
  };
}
