import { CredentialError } from '../../domain/credential-error.ts';
import { type Binding, type BindingCredential, type NativeEntry, requireBinding } from './binding.ts';
import { getCallQueue, type NativeOperation } from './operation.ts';

/** The names by which the binding addresses an item. */
export interface NativeItem {
  readonly service: string;
  readonly user: string;
  readonly target?: never;
}

/** An item with a target of its own (Windows). It cannot be read: creating the binding's entry for it empties it. */
export interface TargetItem extends Omit<NativeItem, 'target'> {
  readonly target: string;
}

/** How the items of a platform behave. */
export interface ItemTraits {
  /** The store's name in messages. */
  readonly displayName: string;
  /** The binding reports every removal as successful, so read the item again to verify it. */
  readonly verifiesRemoval: boolean;
  toError(thrown: unknown): CredentialError;
  /** Returns whether repeating the write may help, because another program changed the item meanwhile. */
  isRace(error: unknown): boolean;
}

/** How often a write is tried if another program changes the item meanwhile. */
const maxWriteAttempts = 3;

/** The platform's items, as accessed by one operation. Every failure is a `CredentialError`. */
export class Items {
  readonly #binding: () => Binding;
  readonly #traits: ItemTraits;
  readonly #operation: NativeOperation;
  readonly #isLockHeld: () => boolean;

  /** `isLockHeld`: whether this operation may still write. */
  constructor(load: () => Binding, traits: ItemTraits, operation: NativeOperation, isLockHeld = () => true) {
    this.#binding = () => requireBinding(load);
    this.#traits = traits;
    this.#operation = operation;
    this.#isLockHeld = isLockHeld;
  }

  async read(item: NativeItem): Promise<Uint8Array | undefined> {
    const bytes = await this.#call(item, (entry) => entry.getSecret());
    return bytes ? new Uint8Array(bytes) : undefined;
  }

  async write(item: NativeItem | TargetItem, bytes: Uint8Array): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#checkLock();
      try {
        await this.#call(item, (entry) => entry.setSecret(bytes));
        return;
      } catch (error) {
        if (attempt === maxWriteAttempts || !this.#traits.isRace(error)) throw error;
      }
    }
  }

  /** Resolves with whether there was one. */
  async remove(item: NativeItem | TargetItem): Promise<boolean> {
    this.#checkLock();
    const removed = await this.#call(item, (entry) => entry.deleteCredential());
    const mustVerify =
      removed &&
      this.#traits.verifiesRemoval &&
      // Stryker disable next-line ConditionalExpression: only Windows has targets, and it does not verify removals
      item.target === undefined;
    if (mustVerify && (await this.read(item)) !== undefined) {
      const { displayName } = this.#traits;
      throw new CredentialError('denied', `the ${displayName} did not delete an item that it reported as deleted`);
    }
    return removed;
  }

  async find(service: string, target?: string): Promise<readonly BindingCredential[]> {
    return this.#bounded((binding) => binding.findCredentialsAsync(service, target));
  }

  #checkLock(): void {
    if (!this.#isLockHeld())
      throw new CredentialError('failed', 'the lock was lost to another process, so nothing more was written');
  }

  #call<T>({ service, user, target }: NativeItem | TargetItem, act: (entry: NativeEntry) => Promise<T>): Promise<T> {
    return this.#bounded(({ AsyncEntry }) =>
      act(target === undefined ? new AsyncEntry(service, user) : AsyncEntry.withTarget(target, service, user)),
    );
  }

  async #bounded<T>(start: (binding: Binding) => Promise<T>): Promise<T> {
    try {
      const binding = this.#binding();
      return await this.#operation.call(() => start(binding), getCallQueue(binding));
    } catch (error) {
      throw this.#traits.toError(error);
    }
  }
}
