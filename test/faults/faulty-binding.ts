import type { BindingFault } from './binding-faults.ts';

/** What of `@napi-rs/keyring` programs use, and nothing of it does what it should. */
export interface FaultyBinding {
  readonly AsyncEntry: EntryClass;
  readonly Entry: EntryClass;
  readonly findCredentialsAsync: (...args: readonly unknown[]) => Promise<never>;
  readonly findCredentials: (...args: readonly unknown[]) => never;
}

type EntryClass = { new (...args: readonly unknown[]): object; withTarget(...args: readonly unknown[]): object };

const methods = ['getPassword', 'getSecret', 'setPassword', 'setSecret', 'deletePassword', 'deleteCredential'];

/** How a call takes for ever: as a promise, and in the thread that makes it. */
export interface Endless {
  promise(): Promise<never>;
  block(): never;
}

/**
 * A binding with a fault. One that is not there throws as it is made.
 * `endless` is what becomes of a call that is never answered; unless given, its promise stays as it is.
 */
export function faultyBinding(
  { stage, message }: Pick<BindingFault, 'stage' | 'message'>,
  endless = silent,
): FaultyBinding {
  const fail = (): never => {
    if (message === undefined) return endless.block();
    throw Object.assign(new Error(message), { code: 'GenericFailure' });
  };
  const failLater = async () => (message === undefined ? endless.promise() : fail());
  if (stage === 'load') fail();
  const entryClass = (call: () => unknown): EntryClass => {
    class Entry {
      constructor() {
        if (stage === 'entry') fail();
      }
      static withTarget(): object {
        return new Entry();
      }
    }
    for (const method of methods) Object.defineProperty(Entry.prototype, method, { value: call });
    return Entry;
  };
  return {
    AsyncEntry: entryClass(failLater),
    Entry: entryClass(fail),
    findCredentialsAsync: failLater,
    findCredentials: fail,
  };
}

const silent: Endless = {
  promise: () => new Promise<never>(() => undefined),
  block() {
    throw new Error('a call that is never answered would end this process');
  },
};
