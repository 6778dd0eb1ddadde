import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Secret } from '../../domain/secret.ts';
import { type ProbeResult, serviceFailureReasons, unsupportedReasons } from '../../domain/selection/probe-result.ts';
import { rootMessage } from '../../domain/text/messages.ts';

/** An item that only the probe uses. */
export interface SentinelItem {
  write(sentinel: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array | undefined>;
  /** Resolves with whether there was one. */
  remove(): Promise<boolean>;
}

/**
 * Writes a random sentinel, reads it back and removes it. If a step rejects, so does this, and the sentinel may still be
 * there.
 */
export async function probeByRoundTrip(item: SentinelItem): Promise<ProbeResult> {
  const sentinel = randomBytes(16);
  await item.write(sentinel);
  const returned = await item.read();
  const removed = await item.remove();
  return removed && returned !== undefined && sentinel.equals(returned)
    ? { kind: 'usable', persistence: 'until-delete' }
    : { kind: 'service-failure', reason: 'round-trip-mismatch' };
}

/**
 * Converts the error that ended a probe, with the platform's message as evidence if the error has a cause. Rethrows
 * `cancelled`, and anything that is not a `CredentialError`.
 */
export function toProbeResult(error: unknown): ProbeResult {
  if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
  const text = error.cause === undefined ? undefined : rootMessage(error.cause);
  const observed = { ...error.evidence, ...(text !== undefined && { text }) };
  const evidence = Object.keys(observed).length > 0 && { evidence: observed };
  const unsupported = unsupportedReasons.find((reason) => reason === error.code);
  if (unsupported !== undefined) return { kind: 'unsupported', reason: unsupported, ...evidence };
  const reason = serviceFailureReasons.find((reason) => reason === error.code) ?? 'failed';
  return { kind: 'service-failure', reason, ...evidence };
}

/** Largest secret in an OS keyring or pass, whatever the limit of a single item there. */
const maxSecretBytes = 8 * 1024 * 1024;

/** Larger than {@link maxSecretBytes} → `too-large`. */
export function checkSecretSize(secret: Secret): void {
  if (secret.expose().length > maxSecretBytes) {
    throw new CredentialError('too-large', 'the secret is larger than 8 MiB');
  }
}
