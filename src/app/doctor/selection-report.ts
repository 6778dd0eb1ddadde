import { advise, adviseAll, adviseSelectionError } from '../../domain/advice/advise.ts';
import type { HostInfo } from '../../domain/host-info.ts';
import { classifyReason, type Reason, type ReasonClass } from '../../domain/selection/probe-result.ts';
import type { SelectionErrorCode, SelectionResult, SkippedStore } from '../../domain/selection/selection.ts';
import type { CandidateId, StoreId } from '../../domain/store-id.ts';
import { formatWarning } from '../credentials/select-store.ts';

/** A store that was skipped, why, and how to fix that. */
export interface SkippedStoreReport {
  readonly store: CandidateId;
  readonly reason: Reason;
  readonly class: ReasonClass;
  readonly explanation: string;
  readonly fix: string;
}

/** Which store a new credential would be stored in, and why, as `doctor --json` prints it. */
export type SelectionReport = (
  | { readonly outcome: 'selected'; readonly store: StoreId }
  | {
      readonly outcome: 'rejected';
      readonly code: SelectionErrorCode;
      readonly explanation: string;
      readonly fix: string;
    }
) & {
  /** The stores that were skipped, best first. */
  readonly skipped: readonly SkippedStoreReport[];
  /** The warnings that a command which stores something would print. */
  readonly warnings: readonly string[];
  /** The rules of docs/selection.md that applied, in order. */
  readonly rules: readonly number[];
};

export function reportSelection({ selection, warned }: SelectionResult, host: HostInfo): SelectionReport {
  const skipped = explainSkipped(selection.skipped, host);
  const warnings = warned.map((store) => formatWarning(store, host));
  const end =
    selection.status === 'selected'
      ? { outcome: 'selected' as const, store: selection.store }
      : { outcome: 'rejected' as const, code: selection.code, ...adviseSelectionError(selection, host) };
  return { ...end, skipped, warnings, rules: selection.rules };
}

/** Adds the explanation and the fix to each skipped store. */
export function explainSkipped(skipped: readonly SkippedStore[], host: HostInfo): readonly SkippedStoreReport[] {
  const advice = adviseAll(skipped, host);
  return skipped.map(({ store, reason }, index) => ({
    store,
    reason,
    class: classifyReason(reason),
    ...(advice[index] ?? advise({ store, reason }, host)),
  }));
}
