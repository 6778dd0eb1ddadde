import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { AttributeSchema } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import type { SessionEnvironment } from './dbus/address.ts';
import { getPlainly } from './get-plainly.ts';
import { deleteItems, listCredentials, readItem, writeItem } from './items.ts';
import { Operation } from './operation.ts';
import { newSentinel, tryOut } from './probe.ts';
import { SessionPool } from './session-pool.ts';
import { SecretServiceError, toError, toProbeResult, toSecretServiceError } from './to-error.ts';
import { type Attempt, withRetries } from './with-retries.ts';

export interface SecretServiceOptions {
  readonly environment: SessionEnvironment;
  /** The service that a probe's sentinel is written under. */
  readonly sentinelService: string;
  readonly interaction: Interaction;
  /** `keystow` where absent. */
  readonly attributeSchema?: AttributeSchema;
  /** Bounds each operation but for a user's time to answer. 2,500 where absent. */
  readonly limitMs?: number;
}

/** Largest secret, in bytes: what one message of the wire has room for. */
export const maxSecretBytes = 8 * 1024 * 1024;

const defaultLimitMs = 2_500;

export function createSecretService(options: SecretServiceOptions): SecretService {
  return new SecretService(options);
}

/** The Secret Service on the user's session bus, as a store and as the probe of it. */
export class SecretService implements CredentialStore, StoreProbe {
  readonly id = 'secret-service';
  readonly listing = 'all';
  readonly #options: SecretServiceOptions;
  readonly #sessions: SessionPool;

  constructor(options: SecretServiceOptions) {
    this.#options = options;
    this.#sessions = new SessionPool(options.environment);
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    toCredentialName(name.service, name.account);
    return this.#operate(options, async (at) => (await getPlainly(at, name)) ?? readItem(at, name));
  }

  async set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void> {
    toCredentialName(name.service, name.account);
    await this.#operate(options, async (at) => {
      if (secret.expose().length > maxSecretBytes) throw new SecretServiceError('too-large');
      await writeItem(at, name, secret);
    });
  }

  async delete(name: CredentialName, options?: OperationOptions): Promise<boolean> {
    toCredentialName(name.service, name.account);
    let wasKept = false;
    await this.#operate(options, async (at) => {
      await deleteItems(at, name, () => {
        wasKept = true;
      });
    });
    return wasKept;
  }

  async list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]> {
    if (service !== undefined) toCredentialName(service, 'any');
    return this.#operate(options, async (at) => listCredentials(at, service));
  }

  async probe(options?: OperationOptions): Promise<ProbeResult> {
    const sentinel = newSentinel(this.#options.sentinelService);
    try {
      return await this.#bounded(options, (at) => tryOut(at, sentinel));
    } catch (error) {
      const fault = toSecretServiceError(error);
      if (fault.code === 'cancelled') throw toError(fault);
      return toProbeResult(fault);
    }
  }

  async close(): Promise<void> {
    this.#sessions.close();
  }

  async #operate<T>(options: OperationOptions | undefined, work: (at: Attempt) => Promise<T>): Promise<T> {
    try {
      return await this.#bounded(options, work);
    } catch (error) {
      throw toError(toSecretServiceError(error));
    }
  }

  async #bounded<T>(options: OperationOptions | undefined, work: (at: Attempt) => Promise<T>): Promise<T> {
    const { limitMs = defaultLimitMs, interaction, attributeSchema: schema = 'keystow' } = this.#options;
    const operation = new Operation(limitMs, interaction, options?.signal);
    try {
      return await withRetries({ sessions: this.#sessions, operation, schema }, work);
    } finally {
      operation.close();
    }
  }
}
