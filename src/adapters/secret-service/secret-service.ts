import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions, StoreProbe } from '../../ports/credential-store.ts';
import type { Matches } from './items/matches.ts';
import { SecretServiceError } from './operation.ts';
import { type ReaderOptions, SecretServiceReader } from './secret-service-reader.ts';

export interface SecretServiceOptions extends ReaderOptions {
  /** The service that a probe's sentinel is written under. */
  readonly sentinelService: string;
}

/** The largest secret, in bytes: it has to fit into one message. */
export const maxSecretBytes = 8 * 1024 * 1024;

export function createSecretService(options: SecretServiceOptions): SecretService {
  return new SecretService(options);
}

/** The Secret Service on the user's session bus. Everything but the reader is loaded when it's needed. */
export class SecretService extends SecretServiceReader implements CredentialStore, StoreProbe {
  readonly id = 'secret-service';
  readonly listing = 'all';
  readonly #sentinelService: string;

  constructor(options: SecretServiceOptions) {
    super(options);
    this.#sentinelService = options.sentinelService;
  }

  async set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void> {
    toCredentialName(name.service, name.account);
    const { writeItem } = await import('./items/change-items.ts');
    await this.operate(options, async (attempt) => {
      if (secret.expose().length > maxSecretBytes) throw new SecretServiceError('too-large');
      await writeItem(attempt, name, secret, options?.onReplaced);
    });
  }

  async delete(name: CredentialName, options?: OperationOptions): Promise<boolean> {
    toCredentialName(name.service, name.account);
    let [isFound, isForeign] = [false, false];
    // After a failed attempt, the next one may find less.
    const onFound = ({ own, foreign }: Matches) => {
      isFound ||= own.length > 0;
      isForeign = foreign.length > 0;
    };
    const { deleteItem } = await import('./items/change-items.ts');
    await this.operate(options, (attempt) => deleteItem(attempt, name, onFound));
    if (isForeign) options?.onForeignItem?.();
    return isFound;
  }

  async list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]> {
    if (service !== undefined) toCredentialName(service, 'any');
    const { listCredentials } = await import('./items/change-items.ts');
    return this.operate(options, (attempt) => listCredentials(attempt, service, options?.onLockedItems));
  }

  async probe(options?: OperationOptions): Promise<ProbeResult> {
    const { createSentinel, probe } = await import('./probe.ts');
    const sentinel = createSentinel(this.#sentinelService);
    try {
      return await this.attempt(options, (attempt) => probe(attempt, sentinel));
    } catch (cause) {
      const { toError, toProbeResult, toSecretServiceError } = await import('./to-error.ts');
      const error = toSecretServiceError(cause);
      if (error.code === 'cancelled') throw toError(error);
      return toProbeResult(error);
    }
  }
}
