import type { BindingFault } from './binding-faults.ts';

/** The part of `@napi-rs/keyring` that programs use. Every call fails. */
export interface FaultyBinding {
  readonly AsyncEntry: EntryClass;
  readonly Entry: EntryClass;
  readonly findCredentialsAsync: (...args: readonly unknown[]) => Promise<never>;
  readonly findCredentials: (...args: readonly unknown[]) => never;
}

type EntryClass = { new (...args: readonly unknown[]): object; withTarget(...args: readonly unknown[]): object };

const methods = ['getPassword', 'getSecret', 'setPassword', 'setSecret', 'deletePassword', 'deleteCredential'];

/** How a call hangs: as a promise that never settles, or by blocking the calling thread. */
export interface Hang {
  promise(): Promise<never>;
  block(): never;
}

/**
 * Creates a binding with a fault. Throws if the fault is in loading.
 * `hang`: how a call hangs. By default, only promises can hang.
 */
export function faultyBinding(
  { stage, message }: Pick<BindingFault, 'stage' | 'message'>,
  hang = hangPromisesOnly,
): FaultyBinding {
  const fail = (): never => {
    if (message === undefined) return hang.block();
    throw Object.assign(new Error(message), { code: 'GenericFailure' });
  };
  const failAsync = async () => (message === undefined ? hang.promise() : fail());
  if (stage === 'load') fail();
  const createEntryClass = (call: () => unknown): EntryClass => {
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
    AsyncEntry: createEntryClass(failAsync),
    Entry: createEntryClass(fail),
    findCredentialsAsync: failAsync,
    findCredentials: fail,
  };
}

const hangPromisesOnly: Hang = {
  promise: () => new Promise<never>(() => undefined),
  block() {
    throw new Error('a call that hangs would block this process');
  },
};
