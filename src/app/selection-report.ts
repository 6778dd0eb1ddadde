import { advise } from '../domain/advice/advise.ts';
import { adviseRefusal } from '../domain/advice/refusal.ts';
import type { Policy } from '../domain/policy.ts';
import { classOf, type Reason, type ReasonClass } from '../domain/probe.ts';
import type { PassedOver, RefusalCode, Verdict } from '../domain/selection.ts';
import type { CandidateId, StoreId } from '../domain/store-id.ts';
import type { Surroundings } from '../domain/surroundings.ts';
import { warningLine } from './warning-line.ts';

/** A store that was passed over, explained. */
export interface PassedOverReport {
  readonly store: CandidateId;
  readonly reason: Reason;
  readonly class: ReasonClass;
  readonly explanation: string;
  readonly fix: string;
}

/** A choice and its reasons, as `doctor --json` prints it. */
export type SelectionReport = (
  | { readonly outcome: 'selected'; readonly store: StoreId }
  | { readonly outcome: 'refused'; readonly code: RefusalCode; readonly explanation: string; readonly fix: string }
) & {
  readonly passedOver: readonly PassedOverReport[];
  /** The lines that a command which stores something would warn with. */
  readonly warnings: readonly string[];
  /** The rows of docs/selection.md that fired, in order. */
  readonly rows: readonly number[];
};

export function reportSelection({ selection, warned }: Verdict, policy: Policy, where: Surroundings): SelectionReport {
  const passedOver = explainPassedOver(selection.passedOver, where);
  const warnings = warned.map((about) => warningLine(about, where));
  const end =
    selection.status === 'selected'
      ? { outcome: 'selected' as const, store: selection.store }
      : { outcome: 'refused' as const, code: selection.code, ...adviseRefusal(selection, policy, where) };
  return { ...end, passedOver, warnings, rows: selection.rows };
}

export function explainPassedOver(passedOver: readonly PassedOver[], where: Surroundings): readonly PassedOverReport[] {
  return passedOver.map((about) => ({
    store: about.store,
    reason: about.reason,
    class: classOf(about.reason),
    ...advise(about, where),
  }));
}
