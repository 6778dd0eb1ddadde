import type { ProbeResult } from '../domain/selection/probe-result.ts';
import type { CandidateId } from '../domain/store-id.ts';
import type { OperationOptions } from './credential-store.ts';

/**
 * Finds out whether an OS store is usable: looks without writing, then, where the look is promising, writes a sentinel
 * under the application's service and a random account, reads it back and deletes it.
 *
 * - the sentinel came back and is gone → `usable`, with how long the store keeps
 * - there is no such store here → `unsupported` with its reason
 * - there is one that does not serve → `service-failure` with its reason; another secret came back →
 *   `round-trip-mismatch`; nothing the adapter knows → `failed`, with the platform's words as evidence
 * - locked: interactive, the store may ask and the probe waits for the answer; non-interactive → `locked` at once
 * - no answer within the limit → `timed-out`
 * - however it ends, nothing of it stays in the store, and nothing is left running
 *
 * Rejects only with `cancelled`, when `signal` is aborted.
 */
export interface StoreProbe {
  readonly id: CandidateId;
  probe(options?: OperationOptions): Promise<ProbeResult>;
}
