import { randomBytes } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { type Probe, serviceFailureReasons, unsupportedReasons } from '../../domain/probe.ts';
import type { Item, Items } from './items.ts';
import { words } from './words.ts';

/** Writes a sentinel to `item`, reads it back and deletes it. Rejects as {@link Items} does. */
export async function roundTrip(items: Items, item: Item): Promise<Probe> {
  const sentinel = randomBytes(16);
  await items.write(item, sentinel);
  const back = await items.read(item);
  const removed = await items.remove(item);
  return removed && back !== undefined && sentinel.equals(back)
    ? { kind: 'usable', persistence: 'until-delete' }
    : { kind: 'service-failure', reason: 'round-trip-mismatch' };
}

/** What a failed probe saw, with the platform's words where there were some. Throws `cancelled` as it is. */
export function factOf(error: unknown): Probe {
  if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
  const text = error.cause === undefined ? undefined : words(error.cause);
  const seen = { ...error.evidence, ...(text !== undefined && { text }) };
  const evidence = Object.keys(seen).length > 0 && { evidence: seen };
  const unsupported = unsupportedReasons.find((reason) => reason === error.code);
  if (unsupported !== undefined) return { kind: 'unsupported', reason: unsupported, ...evidence };
  const reason = serviceFailureReasons.find((reason) => reason === error.code) ?? 'failed';
  return { kind: 'service-failure', reason, ...evidence };
}
