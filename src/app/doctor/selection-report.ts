import { advise, adviseSelectionError } from '../../domain/advice/advise.ts';
import type { HostInfo } from '../../domain/host-info.ts';
import { classifyReason, type Reason, type ReasonClass } from '../../domain/selection/probe-result.ts';
import type { Policy, SelectionErrorCode, SelectionResult, SkippedStore } from '../../domain/selection/selection.ts';
import type { CandidateId, StoreId } from '../../domain/store-id.ts';
import { formatWarning } from '../credentials/select-store.ts';

/** A store that was passed over, explained. */
export interface SkippedStoreReport {
  readonly store: CandidateId;
  readonly reason: Reason;
  readonly class: ReasonClass;
  readonly explanation: string;
  readonly fix: string;
}

/** A choice and its reasons, as `doctor --json` prints it. */
export type SelectionReport = (
  | { readonly outcome: 'selected'; readonly store: StoreId }
  | {
      readonly outcome: 'rejected';
      readonly code: SelectionErrorCode;
      readonly explanation: string;
      readonly fix: string;
    }
) & {
  readonly skipped: readonly SkippedStoreReport[];
  /** The lines that a command which stores something would warn with. */
  readonly warnings: readonly string[];
  /** The rows of docs/selection.md that fired, in order. */
  readonly rules: readonly number[];
};

export function reportSelection(
  { selection, warned }: SelectionResult,
  policy: Policy,
  where: HostInfo,
): SelectionReport {
  const skipped = explainSkipped(selection.skipped, where);
  const warnings = warned.map((about) => formatWarning(about, where));
  const end =
    selection.status === 'selected'
      ? { outcome: 'selected' as const, store: selection.store }
      : { outcome: 'rejected' as const, code: selection.code, ...adviseSelectionError(selection, policy, where) };
  return { ...end, skipped, warnings, rules: selection.rules };
}

export function explainSkipped(skipped: readonly SkippedStore[], where: HostInfo): readonly SkippedStoreReport[] {
  return skipped.map((about) => ({
    store: about.store,
    reason: about.reason,
    class: classifyReason(about.reason),
    ...advise(about, where),
  }));
}
