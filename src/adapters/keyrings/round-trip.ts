import { randomBytes } from 'node:crypto';
import type { ProbeResult } from '../../domain/selection/probe-result.ts';

/** A place for a sentinel, which nothing else is kept in. */
export interface Place {
  write(sentinel: Uint8Array): Promise<void>;
  read(): Promise<Uint8Array | undefined>;
  /** Whether there was one. */
  remove(): Promise<boolean>;
}

/** Writes a sentinel, reads it back and removes it. Rejects as `place` does, and may leave it there then. */
export async function roundTrip(place: Place): Promise<ProbeResult> {
  const sentinel = randomBytes(16);
  await place.write(sentinel);
  const back = await place.read();
  const removed = await place.remove();
  return removed && back !== undefined && sentinel.equals(back)
    ? { kind: 'usable', persistence: 'until-delete' }
    : { kind: 'service-failure', reason: 'round-trip-mismatch' };
}
