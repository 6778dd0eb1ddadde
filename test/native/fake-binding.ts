import { setImmediate } from 'node:timers/promises';
import type { Binding, BindingCredential, EntryOptions, NativeEntry } from '../../src/adapters/native/binding.ts';

/** Stands for the death of the process. Later calls have no effect. */
class Crash extends Error {}

/** Replaces `@napi-rs/keyring` with items in memory, and fails on request. */
export class FakeBinding {
  /** By the platform's key. Several fakes may share them, as processes share a store. */
  readonly items: Map<string, StoredItem>;
  readonly binding: Binding;
  /** The calls so far: `set SERVICE USER`, or `set TARGET`. */
  readonly calls: string[] = [];
  readonly #platform: FakePlatform;
  #writesLeft = Number.POSITIVE_INFINITY;
  #failing: { readonly call: RegExp; readonly message: string; times: number } | undefined;
  #gate: Promise<void> | undefined;

  constructor(platform: FakePlatform, items = new Map<string, StoredItem>()) {
    this.#platform = platform;
    this.items = items;
    this.binding = {
      AsyncEntry: this.#createEntryClass(),
      findCredentialsAsync: (service, target) => this.#run(`find ${service}`, () => this.#find(service, target)),
    };
  }

  /** Crashes before the next write or removal after this many. */
  crashAfter(writes: number): void {
    this.#writesLeft = writes;
  }

  /** Makes the next `times` calls that match fail with this message. */
  fail(call: RegExp, message: string, times = 1): void {
    this.#failing = { call, message, times };
  }

  /** Makes all calls hang. Returns a function that lets them proceed. */
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

  #createEntryClass(): Binding['AsyncEntry'] {
    const fake = this;
    return class Entry implements NativeEntry {
      readonly #name: EntryName;

      constructor(service: string, user: string, _options?: EntryOptions, target?: string) {
        this.#name = { service, user, ...(target !== undefined && { target }) };
        const error = fake.#platform.findNameError(this.#name);
        if (error !== undefined) throw createFailure(error);
      }

      static withTarget(target: string, service: string, user: string): NativeEntry {
        const entry = new Entry(service, user, undefined, target);
        fake.#runNow(`empty ${target}`, () => fake.#set(entry.#name, new Uint8Array()));
        return entry;
      }

      setSecret(secret: Uint8Array): Promise<unknown> {
        const copy = secret.slice();
        return fake.#run(`set ${formatName(this.#name)}`, () => fake.#set(this.#name, copy));
      }

      getSecret(): Promise<ArrayLike<number> | null> {
        const key = fake.#platform.toKey(this.#name);
        return fake.#run(`get ${formatName(this.#name)}`, () => {
          const item = fake.items.get(key);
          return item === undefined ? null : toNumbers(item.secret);
        });
      }

      deleteCredential(): Promise<boolean> {
        const key = fake.#platform.toKey(this.#name);
        return fake.#run(`delete ${formatName(this.#name)}`, () => {
          if (!fake.items.has(key)) return false;
          fake.#countWrite();
          return fake.items.delete(key);
        });
      }
    };
  }

  #set(name: EntryName, secret: Uint8Array): undefined {
    const error = this.#platform.findSecretError({ ...name, secret });
    if (error !== undefined) throw new Error(error);
    this.#countWrite();
    const key = this.#platform.toKey(name);
    this.items.set(key, { ...name, user: this.items.get(key)?.user ?? name.user, secret });
  }

  #find(service: string, target: string | undefined): BindingCredential[] {
    return this.#platform.find(this.items.values(), service, target);
  }

  /** Counts a write, or crashes if none are left. */
  #countWrite(): void {
    if (this.#writesLeft === 0) throw new Crash();
    this.#writesLeft -= 1;
  }

  async #run<T>(call: string, act: () => T): Promise<T> {
    this.calls.push(call);
    await setImmediate();
    await this.#gate;
    return this.#answer(call, act);
  }

  /** For work that the binding does synchronously. */
  #runNow(call: string, act: () => void): void {
    this.calls.push(call);
    this.#answer(call, act);
  }

  #answer<T>(call: string, act: () => T): T {
    const failing = this.#failing;
    if (failing !== undefined && failing.times > 0 && failing.call.test(call)) {
      failing.times -= 1;
      throw createFailure(failing.message);
    }
    try {
      return act();
    } catch (error) {
      throw error instanceof Crash ? error : createFailure((error as Error).message);
    }
  }
}

/** The binding returns numbers. For large secrets, a typed array makes the tests twice as fast. */
function toNumbers(secret: Uint8Array): ArrayLike<number> {
  return secret.length <= 4096 ? [...secret] : secret.slice();
}

function formatName({ service, user, target = `${service} ${user}` }: EntryName): string {
  return target;
}

/** The binding uses the same code for every failure. */
function createFailure(message: string): Error {
  return Object.assign(new Error(message), { code: 'GenericFailure' });
}

/** The arguments of an entry's constructor. */
export interface EntryName {
  readonly service: string;
  readonly user: string;
  /** Present only if it is not derived from the service and the user. */
  readonly target?: string;
}

/** An item in the platform's store. */
export interface StoredItem extends EntryName {
  readonly secret: Uint8Array;
}

/** How the binding handles names and secrets on one platform. */
export interface FakePlatform {
  /** Returns the identity of an item on this platform. */
  toKey(name: EntryName): string;
  /** Returns the error message if no entry can have this name. */
  findNameError(name: EntryName): string | undefined;
  /** Returns the error message if the secret cannot be written. */
  findSecretError(item: StoredItem): string | undefined;
  /** Throws if the search fails. */
  find(items: Iterable<StoredItem>, service: string, target: string | undefined): BindingCredential[];
}

/** Windows, as observed under Wine, with the binding's messages. */
export const fakeWindows: FakePlatform = {
  toKey: (name) => foldCase(formatTarget(name)),
  findNameError(name) {
    if (Buffer.byteLength(name.user) > 513) return formatTooLong('user', 513);
    return Buffer.byteLength(formatTarget(name)) > 32_767 ? formatTooLong('target', 32_767) : undefined;
  },
  findSecretError(item) {
    if (item.secret.length > 2560) return formatTooLong('secret', 2560);
    return exceedsWine(formatTarget(item)) ? 'No matching credential found' : undefined;
  },
  find(items, service, target = `*.${service}`) {
    const pattern = foldCase(target);
    const found = [...items].filter((item) => matchesPattern(foldCase(formatTarget(item)), pattern));
    return found.map(({ user, secret }) => ({ account: user, password: decodeUtf16(secret) }));
  },
};

/** macOS, according to the source code of the binding and of apple-native-keyring-store. */
export const fakeMacos: FakePlatform = {
  toKey: ({ service, user }) => JSON.stringify([service, user]),
  findNameError({ service, user, target }) {
    if (target !== undefined) return `Attribute target is invalid: ${target}`;
    if (service === '') return 'Attribute service is invalid: cannot be empty';
    return user === '' ? 'Attribute user is invalid: cannot be empty' : undefined;
  },
  findSecretError: () => undefined,
  find(items, service) {
    const found = [...items].filter((item) => item.service === service);
    return found.map(({ user, secret }) => ({ account: user, password: Buffer.from(secret).toString() }));
  },
};

function formatTarget({ service, user, target = `${user}.${service}` }: EntryName): string {
  return target;
}

function formatTooLong(what: string, limit: number): string {
  return `Value of '${what}' is longer than the platform limit of ${limit} chars`;
}

/** Wine uses the target as the name of a registry key. Windows has no such limit. */
function exceedsWine(target: string): boolean {
  return target.length > 247;
}

/** Converts each code unit to upper case, which is how Windows compares. */
function foldCase(text: string): string {
  const upper = (unit: string) => (unit.toUpperCase().length === 1 ? unit.toUpperCase() : unit);
  return text.split('').map(upper).join('');
}

function matchesPattern(target: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return target.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? target.endsWith(pattern.slice(1)) : target === pattern;
}

function decodeUtf16(secret: Uint8Array): string {
  if (secret.length % 2 !== 0) throw new Error('Not a valid utf16 blob');
  const text = Buffer.from(secret).toString('utf16le');
  if (/\p{Surrogate}/u.test(text)) throw new Error('invalid utf-16: lone surrogate found');
  return text;
}
