import { CredentialError } from '../domain/credential-error.ts';
import { type ProbeResult, type Reason, serviceFailureReasons } from '../domain/selection/probe-result.ts';
import { storeNames } from '../domain/store-id.ts';
import type { CredentialStore } from '../ports/credential-store.ts';
import type { StoreProbe } from '../ports/store-probe.ts';

/** A store of the operating system. */
export type Keyring = CredentialStore & StoreProbe;

/**
 * The same store for one command: once it did not answer in time, or the user dismissed its dialog, it is not asked
 * again, and what else is wanted of it fails at once in the same way. So a command is as bounded as one operation, and
 * a dialog that was dismissed does not come back, however many operations the command makes.
 */
export function withCircuitBreaker(store: Keyring): Keyring {
  let end: CredentialError | undefined;

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (end !== undefined) throw end;
    try {
      return await work();
    } catch (error) {
      if (error instanceof CredentialError && isTripped(error.code, error.evidence)) end = error;
      throw error;
    }
  }

  return {
    id: store.id,
    listing: store.listing,
    get: (name, options) => ask(() => store.get(name, options)),
    set: (name, secret, options) => ask(() => store.set(name, secret, options)),
    delete: (name, options) => ask(() => store.delete(name, options)),
    list: (service, options) => ask(() => store.list(service, options)),
    async probe(options) {
      if (end !== undefined) return toProbeResult(end);
      const probe = await store.probe(options);
      if (probe.kind === 'service-failure' && isTripped(probe.reason, probe.evidence)) end = toError(store, probe);
      return probe;
    },
    close: () => store.close(),
  };
}

function isTripped(code: CredentialError['code'], evidence: CredentialError['evidence']): boolean {
  return code === 'timed-out' || evidence?.dismissed === true;
}

function toError(
  { id }: Keyring,
  { reason, evidence }: Extract<ProbeResult, { kind: 'service-failure' }>,
): CredentialError {
  const what = messages.get(reason) ?? 'is locked: the prompt was dismissed';
  return new CredentialError(reason, `the ${storeNames[id]} ${what}`, { ...(evidence && { evidence }) });
}

const messages: ReadonlyMap<Reason, string> = new Map([
  ['timed-out', 'did not answer in time'],
  ['denied', 'refused access: its dialog was dismissed'],
]);

/** What ended it, as a probe would have seen it. */
function toProbeResult({ code, evidence }: CredentialError): ProbeResult {
  const reason = serviceFailureReasons.find((reason) => reason === code) ?? 'failed';
  return { kind: 'service-failure', reason, ...(evidence && { evidence }) };
}
