import type { ProbeResult } from '../domain/selection/probe-result.ts';
import type { CandidateId } from '../domain/store-id.ts';
import type { OperationOptions } from './credential-store.ts';

/**
 * Finds out whether an OS store is usable. Looks without writing first. If that succeeds, writes a sentinel under the
 * application's service and a random account, reads it back and deletes it.
 *
 * - the sentinel was read back and deleted → `usable`, with how long the store keeps credentials
 * - this machine has no such store → `unsupported`, with the reason
 * - the store does not work → `service-failure`, with the reason: another secret was read back → `round-trip-mismatch`;
 *   an error that the adapter does not know → `failed`, with the platform's message as evidence
 * - the store is locked: non-interactive → `locked` immediately; interactive → the store may prompt, and the probe waits
 *   for the answer
 * - the store does not answer within its limit → `timed-out`
 * - in all cases, no sentinel stays in the store, and nothing keeps running
 *
 * Rejects only with `cancelled`, if `signal` is aborted.
 */
export interface StoreProbe {
  readonly id: CandidateId;
  probe(options?: OperationOptions): Promise<ProbeResult>;
}
