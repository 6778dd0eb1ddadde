import { setImmediate } from 'node:timers/promises';
import type { Binding, EntryOptions, FoundCredential, NativeEntry } from '../../src/adapters/native/binding.ts';
import type { EntryName, PlatformStandIn, StoredItem } from './binding-stand-in-platforms.ts';

/** A process that died: what it had asked for since is not done. */
class Crash extends Error {}

/** Stands for `@napi-rs/keyring` over items in memory, and fails when told to. */
export class BindingStandIn {
  /** By the platform's key. Several stand-ins may share them, as processes share a store. */
  readonly items: Map<string, StoredItem>;
  readonly binding: Binding;
  /** Calls that were made, in words: `set SERVICE USER`, or `set TARGET`. */
  readonly calls: string[] = [];
  readonly #platform: PlatformStandIn;
  #writesLeft = Number.POSITIVE_INFINITY;
  #failing: { readonly call: RegExp; readonly words: string; times: number } | undefined;
  #gate: Promise<void> | undefined;

  constructor(platform: PlatformStandIn, items = new Map<string, StoredItem>()) {
    this.#platform = platform;
    this.items = items;
    this.binding = {
      AsyncEntry: this.#entryClass(),
      findCredentialsAsync: (service, target) => this.#run(`find ${service}`, () => this.#find(service, target)),
    };
  }

  /** Dies after so many more writes and removals. */
  crashAfter(writes: number): void {
    this.#writesLeft = writes;
  }

  /** The next `times` calls that match fail with these words. */
  fail(call: RegExp, words: string, times = 1): void {
    this.#failing = { call, words, times };
  }

  /** No call is answered until the function that this gives is called; then they are done, late. */
  hang(): () => void {
    let open = () => {};
    this.#gate = new Promise((resolve) => {
      open = () => {
        this.#gate = undefined;
        resolve();
      };
    });
    return () => open();
  }

  #entryClass(): Binding['AsyncEntry'] {
    const standIn = this;
    return class Entry implements NativeEntry {
      readonly #name: EntryName;

      constructor(service: string, user: string, _options?: EntryOptions, target?: string) {
        this.#name = { service, user, ...(target !== undefined && { target }) };
        const refused = standIn.#platform.refuseName(this.#name);
        if (refused !== undefined) throw failure(refused);
      }

      static withTarget(target: string, service: string, user: string): NativeEntry {
        const entry = new Entry(service, user, undefined, target);
        standIn.#runNow(`empty ${target}`, () => standIn.#set(entry.#name, new Uint8Array()));
        return entry;
      }

      setSecret(secret: Uint8Array): Promise<unknown> {
        const copy = secret.slice();
        return standIn.#run(`set ${words(this.#name)}`, () => standIn.#set(this.#name, copy));
      }

      getSecret(): Promise<number[] | null> {
        const key = standIn.#platform.key(this.#name);
        return standIn.#run(`get ${words(this.#name)}`, () => {
          const item = standIn.items.get(key);
          return item === undefined ? null : Array.prototype.slice.call(item.secret);
        });
      }

      deleteCredential(): Promise<boolean> {
        const key = standIn.#platform.key(this.#name);
        return standIn.#run(`delete ${words(this.#name)}`, () => {
          if (!standIn.items.has(key)) return false;
          standIn.#write();
          return standIn.items.delete(key);
        });
      }
    };
  }

  #set(name: EntryName, secret: Uint8Array): undefined {
    const refused = this.#platform.refuseSecret({ ...name, secret });
    if (refused !== undefined) throw new Error(refused);
    this.#write();
    const key = this.#platform.key(name);
    this.items.set(key, { ...name, user: this.items.get(key)?.user ?? name.user, secret });
  }

  #find(service: string, target: string | undefined): FoundCredential[] {
    return this.#platform.find(this.items.values(), service, target);
  }

  /** A write is about to be done: dies instead where no more are left. */
  #write(): void {
    if (this.#writesLeft === 0) throw new Crash();
    this.#writesLeft -= 1;
  }

  async #run<T>(call: string, act: () => T): Promise<T> {
    this.calls.push(call);
    await setImmediate();
    await this.#gate;
    return this.#answer(call, act);
  }

  /** As what the binding does in the thread that calls it. */
  #runNow(call: string, act: () => void): void {
    this.calls.push(call);
    this.#answer(call, act);
  }

  #answer<T>(call: string, act: () => T): T {
    const failing = this.#failing;
    if (failing !== undefined && failing.times > 0 && failing.call.test(call)) {
      failing.times -= 1;
      throw failure(failing.words);
    }
    try {
      return act();
    } catch (error) {
      throw error instanceof Crash ? error : failure((error as Error).message);
    }
  }
}

function words({ service, user, target = `${service} ${user}` }: EntryName): string {
  return target;
}

/** As the binding throws: the code is the same whatever happened. */
function failure(words: string): Error {
  return Object.assign(new Error(words), { code: 'GenericFailure' });
}
