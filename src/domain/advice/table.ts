import type { HostInfo } from '../host-info.ts';
import type { Evidence, Reason } from '../selection/probe-result.ts';

/** Why a store was passed over, and what to do about it. */
export interface Advice {
  /** What was seen. One line. */
  readonly explanation: string;
  /** What makes the store usable, ready to paste where a command can do it. One line. */
  readonly fix: string;
}

/** What is known when advice is asked for. */
export interface AdviceContext {
  readonly host: HostInfo;
  readonly evidence: Evidence;
}

/** What one store knows better than the general advice. */
export type AdviceTable = Readonly<Partial<Record<Reason, (about: AdviceContext) => Partial<Advice>>>>;
