import { CredentialError } from '../domain/credential-error.ts';
import { type ProbeResult, type Reason, serviceFailureReasons } from '../domain/selection/probe-result.ts';
import { storeNames } from '../domain/store-id.ts';
import type { CredentialStore, StoreProbe } from '../ports/credential-store.ts';

/** A store that a selection can probe: an OS keyring, or pass. */
export type Keyring = CredentialStore & StoreProbe;

/**
 * Wraps a store for the duration of one command. After a timeout, or after the user dismissed a dialog, every further
 * operation fails immediately with the same error. So a command takes no longer than one operation, and a dismissed
 * dialog doesn't come back.
 */
export function withCircuitBreaker(store: Keyring): Keyring {
  let tripped: CredentialError | undefined;

  async function guard<T>(work: () => Promise<T>): Promise<T> {
    if (tripped !== undefined) throw tripped;
    try {
      return await work();
    } catch (error) {
      if (error instanceof CredentialError && trips(error.code, error.evidence)) tripped = error;
      throw error;
    }
  }

  return {
    id: store.id,
    listing: store.listing,
    get: (name, options) => guard(() => store.get(name, options)),
    set: (name, secret, options) => guard(() => store.set(name, secret, options)),
    delete: (name, options) => guard(() => store.delete(name, options)),
    list: (service, options) => guard(() => store.list(service, options)),
    async probe(options) {
      if (tripped !== undefined) return toProbeResult(tripped);
      const result = await store.probe(options);
      if (result.kind === 'service-failure' && trips(result.reason, result.evidence)) tripped = toError(store, result);
      return result;
    },
    close: () => store.close(),
  };
}

function trips(code: CredentialError['code'], evidence: CredentialError['evidence']): boolean {
  return code === 'timed-out' || evidence?.dismissed === true;
}

function toError(
  { id }: Keyring,
  { reason, evidence }: Extract<ProbeResult, { kind: 'service-failure' }>,
): CredentialError {
  const message = messages.get(reason) ?? 'is locked: the prompt was dismissed';
  return new CredentialError(reason, `the ${storeNames[id]} ${message}`, { ...(evidence && { evidence }) });
}

const messages: ReadonlyMap<Reason, string> = new Map([
  ['timed-out', 'did not answer in time'],
  ['denied', 'denied access: its dialog was dismissed'],
]);

function toProbeResult({ code, evidence }: CredentialError): ProbeResult {
  const reason = serviceFailureReasons.find((reason) => reason === code) ?? 'failed';
  return { kind: 'service-failure', reason, ...(evidence && { evidence }) };
}
