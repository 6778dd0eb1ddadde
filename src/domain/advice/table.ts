import type { Evidence, Reason } from '../probe.ts';
import type { Surroundings } from '../surroundings.ts';

/** Why a store was passed over, and what to do about it. */
export interface Advice {
  /** What was seen. One line. */
  readonly explanation: string;
  /** What makes the store usable, ready to paste where a command can do it. One line. */
  readonly fix: string;
}

/** What is known when advice is asked for. */
export interface Circumstances {
  readonly where: Surroundings;
  readonly evidence: Evidence;
}

/** What one store knows better than the general advice. */
export type AdviceTable = Readonly<Partial<Record<Reason, (about: Circumstances) => Partial<Advice>>>>;
