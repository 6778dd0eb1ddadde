import { setImmediate } from 'node:timers/promises';
import type { Binding, EntryOptions, FoundCredential, NativeEntry } from '../../src/adapters/native/binding.ts';
import type { KeptItem, PlatformStandIn } from './binding-stand-in-platforms.ts';

/** A process that died: what it had asked for since is not done. */
export class Crash extends Error {}

/** Stands for `@napi-rs/keyring` over items in memory, and fails when told to. */
export class BindingStandIn {
  /** By the platform's key. Several stand-ins may share them, as processes share a store. */
  readonly items: Map<string, KeptItem>;
  readonly binding: Binding;
  /** Calls that were made, in words: `set SERVICE USER`. */
  readonly calls: string[] = [];
  readonly #platform: PlatformStandIn;
  #writesLeft = Number.POSITIVE_INFINITY;
  #failing: { readonly call: RegExp; readonly words: string; times: number } | undefined;
  #gate: Promise<void> | undefined;

  constructor(platform: PlatformStandIn, items = new Map<string, KeptItem>()) {
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
    return class implements NativeEntry {
      readonly #service: string;
      readonly #user: string;

      constructor(service: string, user: string, _options?: EntryOptions) {
        const refused = standIn.#platform.refuseName(service, user);
        if (refused !== undefined) throw failure(refused);
        this.#service = service;
        this.#user = user;
      }

      setSecret(secret: Uint8Array): Promise<unknown> {
        const copy = secret.slice();
        return standIn.#run(`set ${this.#service} ${this.#user}`, () => standIn.#set(this.#service, this.#user, copy));
      }

      getSecret(): Promise<number[] | null> {
        const key = standIn.#platform.key(this.#service, this.#user);
        return standIn.#run(`get ${this.#service} ${this.#user}`, () => {
          const item = standIn.items.get(key);
          return item === undefined ? null : Array.prototype.slice.call(item.secret);
        });
      }

      deleteCredential(): Promise<boolean> {
        const key = standIn.#platform.key(this.#service, this.#user);
        return standIn.#run(`delete ${this.#service} ${this.#user}`, () => {
          if (!standIn.items.has(key)) return false;
          standIn.#write();
          return standIn.items.delete(key);
        });
      }
    };
  }

  #set(service: string, user: string, secret: Uint8Array): undefined {
    const refused = this.#platform.refuseSecret(service, user, secret);
    if (refused !== undefined) throw new Error(refused);
    this.#write();
    const key = this.#platform.key(service, user);
    this.items.set(key, { service, user: this.items.get(key)?.user ?? user, secret });
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

/** As the binding throws: the code is the same whatever happened. */
function failure(words: string): Error {
  return Object.assign(new Error(words), { code: 'GenericFailure' });
}
