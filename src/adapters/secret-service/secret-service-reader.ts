import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { AttributeSchema } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import type { SessionEnvironment } from './dbus/address.ts';
import { readItem } from './items/read-item.ts';
import { Operation } from './operation.ts';
import { SessionPool } from './session-pool.ts';
import { type Attempt, withRetries } from './with-retries.ts';

export interface ReaderOptions {
  readonly environment: SessionEnvironment;
  readonly interaction: Interaction;
  /** `keystow` if absent. */
  readonly attributeSchema?: AttributeSchema;
  /** The application that the items belong to, and that they're marked with. Items that others may share if absent. */
  readonly application?: string;
  /** How long the provider may be silent, without the time that the user takes to answer. 2,500 if absent. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 2_500;

/** Reads from the Secret Service on the user's session bus. The part of the store that a read loads. */
export class SecretServiceReader {
  readonly #options: ReaderOptions;
  readonly #sessions: SessionPool;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#sessions = new SessionPool(options.environment);
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    toCredentialName(name.service, name.account);
    const onForeignItem = options?.onForeignItem;
    const readsForeign = onForeignItem !== undefined;
    const found = await this.operate(options, (attempt) => readItem(attempt, name, { readsForeign }));
    if (found?.isForeign) onForeignItem?.();
    return found?.secret;
  }

  async close(): Promise<void> {
    this.#sessions.close();
  }

  /** Rejects with the error that callers receive. */
  protected async operate<T>(
    options: OperationOptions | undefined,
    work: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.attempt(options, work);
    } catch (error) {
      const { toError, toSecretServiceError } = await import('./to-error.ts');
      throw toError(toSecretServiceError(error));
    }
  }

  /** Rejects with the adapter's internal error. */
  protected async attempt<T>(
    options: OperationOptions | undefined,
    work: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const {
      timeoutMs = defaultTimeoutMs,
      interaction,
      attributeSchema: schema = 'keystow',
      application,
    } = this.#options;
    const operation = new Operation(timeoutMs, interaction, options?.signal);
    try {
      return await withRetries({ sessions: this.#sessions, operation, schema, application }, work);
    } finally {
      operation.close();
    }
  }
}
