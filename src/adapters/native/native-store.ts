import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, compareNames, toCredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import { factOf } from '../keyrings/fact-of.ts';
import { roundTrip } from '../keyrings/round-trip.ts';
import { type Item, Items } from './items.ts';
import { Operation, type Patience } from './operation.ts';
import { maxSecretBytes, readSecret, removeSecret, type Shelf, writeSecret } from './pieces.ts';
import type { Platform } from './platform.ts';
import { type NativeStoreOptions, withDefaults } from './store-options.ts';
import { aloneWith } from './writer.ts';

/** A store of the operating system that the native binding reaches: all that the platforms have in common. */
export class NativeStore implements CredentialStore, StoreProbe {
  readonly id: Platform['id'];
  readonly listing: Platform['listing'];
  readonly #platform: Platform;
  readonly #options: Required<NativeStoreOptions>;
  readonly #patience: Patience;

  constructor(platform: Platform, options: NativeStoreOptions) {
    this.id = platform.id;
    this.listing = platform.listing;
    this.#platform = platform;
    this.#options = withDefaults(options);
    this.#patience = { ...this.#options, store: platform.store };
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    const shelf = this.#shelf(name);
    const items = this.#items(this.#operation(options));
    if (!(await this.#isMarked(items, name))) return undefined;
    const bytes = await readSecret(items, shelf);
    return bytes && new Secret(bytes);
  }

  async set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void> {
    const shelf = this.#shelf(name);
    const bytes = secret.expose();
    if (bytes.length > maxSecretBytes) {
      throw new CredentialError('too-large', `the secret is larger than ${maxSecretBytes} bytes`);
    }
    await this.#alone(options, async (items) => {
      await this.#platform.remember(items, name);
      await writeSecret(items, shelf, bytes);
      await this.#platform.mark?.set(items, name);
    });
  }

  async delete(name: CredentialName, options?: OperationOptions): Promise<boolean> {
    const shelf = this.#shelf(name);
    return this.#alone(options, async (items) => {
      const wasMarked = (await this.#platform.mark?.clear(items, name)) ?? true;
      const removed = await removeSecret(items, shelf);
      await this.#platform.forget(items, name);
      return wasMarked && removed;
    });
  }

  async list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]> {
    if (service === undefined && this.listing === 'by-service') {
      throw new CredentialError('invalid-input', `the ${this.#platform.store} lists one service at a time`);
    }
    if (service !== undefined) toCredentialName(service, service);
    const items = this.#items(this.#operation(options));
    const kept: CredentialName[] = [];
    for (const name of await this.#platform.names(items, service)) {
      if (await this.#isMarked(items, name)) kept.push(name);
    }
    return kept.sort(compareNames);
  }

  async probe(options?: OperationOptions): Promise<ProbeResult> {
    const operation = this.#operation(options);
    const account = `probe-${randomBytes(8).toString('hex')}`;
    const item = this.#platform.itemOf({ service: this.#options.sentinelService, account });
    const items = this.#items(operation);
    try {
      return await roundTrip({
        write: (sentinel) => items.write(item, sentinel),
        read: () => items.read(item),
        remove: () => items.remove(item),
      });
    } catch (error) {
      const takenBack = this.#takeBack(operation, item);
      const isHung = error instanceof CredentialError && error.code === 'timed-out';
      if (!isHung) await takenBack;
      return factOf(error);
    }
  }

  /** There is nothing to let go of. */
  async close(): Promise<void> {}

  async #isMarked(items: Items, name: CredentialName): Promise<boolean> {
    return (await this.#platform.mark?.isSet(items, name)) ?? true;
  }

  #operation(options?: OperationOptions): Operation {
    return new Operation(this.#patience, options);
  }

  #items(operation: Operation, held?: () => boolean): Items {
    return new Items(this.#options.loadBinding, this.#platform, operation, held);
  }

  /** Removes what a write that failed, or was not waited for, may have left behind. Never rejects. */
  async #takeBack(operation: Operation, item: Item): Promise<void> {
    if (!(await operation.settled())) return;
    const items = this.#items(this.#operation());
    await items.remove(item).catch(() => undefined);
  }

  #alone<T>(options: OperationOptions | undefined, work: (items: Items) => Promise<T>): Promise<T> {
    const operation = this.#operation(options);
    return aloneWith(this.#options.exclusively, operation, options, (held) => work(this.#items(operation, held)));
  }

  #shelf(name: CredentialName): Shelf {
    const { service, account } = toCredentialName(name.service, name.account);
    const valid = { service, account };
    const { maxItemBytes } = this.#platform;
    const piece: Shelf['piece'] = (slot, index) => this.#platform.pieceOf(valid, slot, index);
    return { main: this.#platform.itemOf(valid), piece, maxItemBytes };
  }
}
