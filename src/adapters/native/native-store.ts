import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, compareNames, toCredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions, StoreProbe } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import type { Mutex } from '../../ports/system.ts';
import { checkSecretSize, probeByRoundTrip, toProbeResult } from '../keyrings/keyring.ts';
import { type Binding, loadBinding } from './binding.ts';
import {
  type ChunkLayout,
  type ChunkSlot,
  readChunkedSecret,
  removeChunkedSecret,
  writeChunkedSecret,
} from './chunks.ts';
import { Items, type ItemTraits, type NativeItem } from './items.ts';
import { NativeOperation, type Timeouts } from './operation.ts';

export interface NativeStoreOptions {
  /** Called at every use of the binding, so it must be cheap once the binding is loaded. */
  readonly loadBinding?: () => Binding;
  /** Service of the probe's sentinel: the application's own. */
  readonly sentinelService: string;
  readonly interaction: Interaction;
  /** Excludes other writers, in this process and in others. Readers need no lock. */
  readonly withLock: Mutex;
  /** Limit for each call if nobody can answer the platform's dialogs. Default: 2,500. */
  readonly timeoutMs?: number;
  /** How long a call may take before an interactive user is told that the store is waiting for them. Default: 400. */
  readonly noticeDelayMs?: number;
}

/** Everything that Keychain and Credential Manager have in common. */
export class NativeStore implements CredentialStore, StoreProbe {
  readonly id: NativePlatform['id'];
  readonly listing: NativePlatform['listing'];
  readonly #platform: NativePlatform;
  readonly #options: Required<NativeStoreOptions>;
  readonly #timeouts: Timeouts;

  constructor(platform: NativePlatform, options: NativeStoreOptions) {
    this.id = platform.id;
    this.listing = platform.listing;
    this.#platform = platform;
    this.#options = { loadBinding, timeoutMs: 2500, noticeDelayMs: 400, ...options };
    this.#timeouts = { ...this.#options, storeName: platform.displayName };
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    const layout = this.#createLayout(name);
    const items = this.#openItems(this.#startOperation(options));
    if (!(await this.#isPresent(items, name))) return undefined;
    const bytes = await readChunkedSecret(items, layout);
    return bytes && new Secret(bytes);
  }

  async set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void> {
    const layout = this.#createLayout(name);
    checkSecretSize(secret);
    await this.#writeExclusively(options, async (items) => {
      await this.#platform.recordName(items, name);
      const wasPresent = await this.#isPresent(items, name);
      const isReplaced = await writeChunkedSecret(items, layout, secret.expose());
      if (wasPresent && isReplaced) options?.onReplaced?.();
      await this.#platform.presenceMarker?.set(items, name);
    });
  }

  async delete(name: CredentialName, options?: OperationOptions): Promise<boolean> {
    const layout = this.#createLayout(name);
    return this.#writeExclusively(options, async (items) => {
      const wasPresent = (await this.#platform.presenceMarker?.clear(items, name)) ?? true;
      const removed = await removeChunkedSecret(items, layout);
      await this.#platform.removeName(items, name);
      return wasPresent && removed;
    });
  }

  async list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]> {
    if (service === undefined && this.listing === 'by-service') {
      throw new CredentialError(
        'invalid-input',
        `a service is required: the ${this.#platform.displayName} lists one service at a time`,
      );
    }
    if (service !== undefined) toCredentialName(service, service);
    const items = this.#openItems(this.#startOperation(options));
    const present: CredentialName[] = [];
    for (const name of await this.#platform.listNames(items, service)) {
      if (await this.#isPresent(items, name)) present.push(name);
    }
    return present.sort(compareNames);
  }

  async probe(options?: OperationOptions): Promise<ProbeResult> {
    const operation = this.#startOperation(options);
    const account = `probe-${randomBytes(8).toString('hex')}`;
    const item = this.#platform.toItem({ service: this.#options.sentinelService, account });
    const items = this.#openItems(operation);
    try {
      return await probeByRoundTrip({
        write: (sentinel) => items.write(item, sentinel),
        read: () => items.read(item),
        remove: () => items.remove(item),
      });
    } catch (error) {
      const cleanup = this.#removeSentinel(operation, item);
      const isHung = error instanceof CredentialError && error.code === 'timed-out';
      if (!isHung) await cleanup;
      return toProbeResult(error);
    }
  }

  /** A native store holds no resources. */
  async close(): Promise<void> {}

  async #isPresent(items: Items, name: CredentialName): Promise<boolean> {
    return (await this.#platform.presenceMarker?.isPresent(items, name)) ?? true;
  }

  #startOperation(options?: OperationOptions): NativeOperation {
    return new NativeOperation(this.#timeouts, options);
  }

  #openItems(operation: NativeOperation, isLockHeld?: () => boolean): Items {
    return new Items(this.#options.loadBinding, this.#platform, operation, isLockHeld);
  }

  /** Removes what a failed or abandoned write of the sentinel may have left. Never rejects. */
  async #removeSentinel(operation: NativeOperation, item: NativeItem): Promise<void> {
    if (!(await operation.settled())) return;
    const items = this.#openItems(this.#startOperation());
    await items.remove(item).catch(() => undefined);
  }

  /**
   * Runs `work` under the lock. A failure is reported immediately, but the lock is released only after the native calls
   * have ended: otherwise a late write could land among the next writer's chunks.
   */
  async #writeExclusively<T>(options: OperationOptions | undefined, work: (items: Items) => Promise<T>): Promise<T> {
    const operation = this.#startOperation(options);
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const done = this.#options.withLock(async (isLockHeld) => {
      try {
        return await work(this.#openItems(operation, isLockHeld));
      } catch (error) {
        fail(error);
        await operation.settled();
        throw error;
      }
    }, options);
    return Promise.race([done, failed]);
  }

  #createLayout(name: CredentialName): ChunkLayout {
    const valid = toCredentialName(name.service, name.account);
    const { maxItemBytes } = this.#platform;
    const toChunkItem: ChunkLayout['toChunkItem'] = (slot, index) => this.#platform.toChunkItem(valid, slot, index);
    return { main: this.#platform.toItem(valid), toChunkItem, maxItemBytes };
  }
}

/** Everything in which Keychain and Credential Manager differ. */
export interface NativePlatform extends Pick<CredentialStore, 'listing'>, ItemTraits {
  readonly id: 'keychain' | 'credential-manager';
  /** Largest secret of one item, in bytes. A larger secret is stored in chunks. */
  readonly maxItemBytes: number;

  /** Returns the main item of a credential: a different one for each name, and never one of {@link toChunkItem}. */
  toItem(name: CredentialName): NativeItem;
  toChunkItem(name: CredentialName, slot: ChunkSlot, index: number): NativeItem;

  /** Makes {@link listNames} find the name. Called before the secret is written. */
  recordName(items: Items, name: CredentialName): Promise<void>;
  /** Undoes {@link recordName} if it was called. Called after the secret is removed. */
  removeName(items: Items, name: CredentialName): Promise<void>;
  /** Returns the stored names, unsorted; if {@link listing} is `by-service`, `service` is always given. */
  listNames(items: Items, service: string | undefined): Promise<readonly CredentialName[]>;

  /** Present only if some credentials need a marker. */
  readonly presenceMarker?: PresenceMarker;
}

/** An extra entry without which a credential counts as absent. Credentials that need none are always present. */
export interface PresenceMarker {
  isPresent(items: Items, name: CredentialName): Promise<boolean>;
  /** Called after the secret is written, so that an old secret never reappears. */
  set(items: Items, name: CredentialName): Promise<void>;
  /** Called before the secret is removed. Resolves with whether the marker was present. */
  clear(items: Items, name: CredentialName): Promise<boolean>;
}
