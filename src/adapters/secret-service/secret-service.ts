import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import type { AttributeSchema } from '../../domain/profile.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { CredentialStore, OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import type { SessionEnvironment } from './address.ts';
import { Fault } from './fault.ts';
import { getPlainly } from './get-plainly.ts';
import { Operation } from './operation.ts';
import { SessionKeeper } from './session-keeper.ts';
import { toError, toFault, toProbe } from './to-error.ts';
import { type Visit, visit } from './visit.ts';

export interface SecretServiceOptions {
  readonly environment: SessionEnvironment;
  /** The service that a probe's sentinel is written under. */
  readonly sentinelService: string;
  readonly interaction: Interaction;
  /** `keystow` where absent. */
  readonly layout?: AttributeSchema;
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
  readonly #sessions: SessionKeeper;

  constructor(options: SecretServiceOptions) {
    this.#options = options;
    this.#sessions = new SessionKeeper(options.environment);
  }

  async get(name: CredentialName, options?: OperationOptions): Promise<Secret | undefined> {
    toCredentialName(name.service, name.account);
    return this.#operate(
      options,
      async (at) => (await getPlainly(at, name)) ?? (await beyondReading()).getCredential(at, name),
    );
  }

  async set(name: CredentialName, secret: Secret, options?: OperationOptions): Promise<void> {
    toCredentialName(name.service, name.account);
    await this.#operate(options, async (at) => {
      if (secret.expose().length > maxSecretBytes) throw new Fault('too-large');
      const { setCredential } = await beyondReading();
      await setCredential(at, name, secret);
    });
  }

  async delete(name: CredentialName, options?: OperationOptions): Promise<boolean> {
    toCredentialName(name.service, name.account);
    let wasKept = false;
    await this.#operate(options, async (at) => {
      const { deleteCredential } = await beyondReading();
      await deleteCredential(at, name, () => {
        wasKept = true;
      });
    });
    return wasKept;
  }

  async list(service?: string, options?: OperationOptions): Promise<readonly CredentialName[]> {
    if (service !== undefined) toCredentialName(service, 'any');
    return this.#operate(options, async (at) => (await beyondReading()).listCredentials(at, service));
  }

  async probe(options?: OperationOptions): Promise<ProbeResult> {
    const { newSentinel, tryOut } = await beyondReading();
    const sentinel = newSentinel(this.#options.sentinelService);
    try {
      return await this.#bounded(options, (at) => tryOut(at, sentinel));
    } catch (error) {
      const fault = toFault(error);
      if (fault.code === 'cancelled') throw toError(fault);
      return toProbe(fault);
    }
  }

  async close(): Promise<void> {
    this.#sessions.close();
  }

  async #operate<T>(options: OperationOptions | undefined, work: (at: Visit) => Promise<T>): Promise<T> {
    try {
      return await this.#bounded(options, work);
    } catch (error) {
      throw toError(toFault(error));
    }
  }

  async #bounded<T>(options: OperationOptions | undefined, work: (at: Visit) => Promise<T>): Promise<T> {
    const { limitMs = defaultLimitMs, interaction, layout = 'keystow' } = this.#options;
    const operation = new Operation(limitMs, interaction, options?.signal);
    try {
      return await visit({ sessions: this.#sessions, operation, layout }, work);
    } finally {
      operation.close();
    }
  }
}

function beyondReading() {
  return import('./beyond-reading.ts');
}
