import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { AttributeSchema } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import type { SessionEnvironment } from './dbus/address.ts';
import { deleteItem, listCredentials, readItem, writeItem } from './items.ts';
import { Operation } from './operation.ts';
import { createSentinel, probe } from './probe.ts';
import { SessionPool } from './session-pool.ts';
import { SecretServiceError, toError, toProbeResult, toSecretServiceError } from './to-error.ts';
import { type Attempt, withRetries } from './with-retries.ts';

export interface SecretServiceOptions {
  readonly environment: SessionEnvironment;
  /** The service that a probe's sentinel is written under. */
  readonly sentinelService: string;
  readonly interaction: Interaction;
  /** `keystow` if absent. */
  readonly attributeSchema?: AttributeSchema;
  /** How long an operation may take, without the time that the user takes to answer. 2,500 if absent. */
  readonly timeoutMs?: number;
}

/** The largest secret, in bytes: it has to fit into one message. */
export const maxSecretBytes = 8 * 1024 * 1024;

const defaultTimeoutMs = 2_500;

export function createSecretService(options: SecretServiceOptions): SecretService {
  return new SecretService(options);
}

/** The Secret Service on the user's session bus. */
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
    return this.#operate(options, (attempt) => readItem(attempt, name));
  }

  async set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void> {
    toCredentialName(name.service, name.account);
    await this.#operate(options, async (attempt) => {
      if (secret.expose().length > maxSecretBytes) throw new SecretServiceError('too-large');
      await writeItem(attempt, name, secret);
    });
  }

  async delete(name: CredentialName, options?: OperationOptions): Promise<boolean> {
    toCredentialName(name.service, name.account);
    let wasFound = false;
    const onFound = () => {
      wasFound = true;
    };
    await this.#operate(options, (attempt) => deleteItem(attempt, name, onFound));
    return wasFound;
  }

  async list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]> {
    if (service !== undefined) toCredentialName(service, 'any');
    return this.#operate(options, (attempt) => listCredentials(attempt, service));
  }

  async probe(options?: OperationOptions): Promise<ProbeResult> {
    const sentinel = createSentinel(this.#options.sentinelService);
    try {
      return await this.#attempt(options, (attempt) => probe(attempt, sentinel));
    } catch (cause) {
      const error = toSecretServiceError(cause);
      if (error.code === 'cancelled') throw toError(error);
      return toProbeResult(error);
    }
  }

  async close(): Promise<void> {
    this.#sessions.close();
  }

  async #operate<T>(options: OperationOptions | undefined, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    try {
      return await this.#attempt(options, work);
    } catch (error) {
      throw toError(toSecretServiceError(error));
    }
  }

  async #attempt<T>(options: OperationOptions | undefined, work: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { timeoutMs = defaultTimeoutMs, interaction, attributeSchema: schema = 'keystow' } = this.#options;
    const operation = new Operation(timeoutMs, interaction, options?.signal);
    try {
      return await withRetries({ sessions: this.#sessions, operation, schema }, work);
    } finally {
      operation.close();
    }
  }
}
