import { CredentialError } from '../../domain/credential-error.ts';
import type { Binding, FoundCredential, NativeEntry } from './binding.ts';
import { needBinding } from './load-binding.ts';
import type { Operation } from './operation.ts';
import type { Platform } from './platform.ts';

/** The two names that the binding knows an item of the platform's store by. */
export interface Item {
  readonly service: string;
  readonly user: string;
  readonly target?: never;
}

/** An item under a target that is not made of its names. It is not read: to make the binding's entry of it empties it. */
export interface TargetItem extends Omit<Item, 'target'> {
  readonly target: string;
}

/** Times that a write is tried where another program may have come between its steps. */
const attempts = 3;

/** The platform's items as one operation sees them. Every failure is a `CredentialError`. */
export class Items {
  readonly #binding: () => Binding;
  readonly #platform: Platform;
  readonly #operation: Operation;
  readonly #held: () => boolean;

  /** `held` says whether this operation may still write, where it needs a lock for that. */
  constructor(load: () => Binding, platform: Platform, operation: Operation, held = () => true) {
    this.#binding = () => needBinding(load);
    this.#platform = platform;
    this.#operation = operation;
    this.#held = held;
  }

  async read(item: Item): Promise<Uint8Array | undefined> {
    const bytes = await this.#call(item, (entry) => entry.getSecret());
    return bytes ? new Uint8Array(bytes) : undefined;
  }

  async write(item: Item | TargetItem, bytes: Uint8Array): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#checkHeld();
      try {
        await this.#call(item, (entry) => entry.setSecret(bytes));
        return;
      } catch (error) {
        if (attempt === attempts || !this.#platform.isRace(error)) throw error;
      }
    }
  }

  /** Whether there was one. */
  async remove(item: Item | TargetItem): Promise<boolean> {
    this.#checkHeld();
    const removed = await this.#call(item, (entry) => entry.deleteCredential());
    const isToConfirm =
      removed &&
      this.#platform.confirmsRemoval &&
      // Stryker disable next-line ConditionalExpression: only Windows has targets, and it confirms no removal
      item.target === undefined;
    if (isToConfirm && (await this.read(item)) !== undefined) {
      throw new CredentialError('denied', `the ${this.#platform.store} kept an item that was to be deleted`);
    }
    return removed;
  }

  async find(service: string, target?: string): Promise<readonly FoundCredential[]> {
    return this.#bounded(() => this.#binding().findCredentialsAsync(service, target));
  }

  #checkHeld(): void {
    if (!this.#held())
      throw new CredentialError('failed', 'another process took the lock over: nothing more was written');
  }

  #call<T>({ service, user, target }: Item | TargetItem, act: (entry: NativeEntry) => Promise<T>): Promise<T> {
    return this.#bounded(() => {
      const { AsyncEntry } = this.#binding();
      return act(target === undefined ? new AsyncEntry(service, user) : AsyncEntry.withTarget(target, service, user));
    });
  }

  async #bounded<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await this.#operation.call(start);
    } catch (error) {
      throw this.#platform.toError(error);
    }
  }
}
