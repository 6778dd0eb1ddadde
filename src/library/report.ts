/** A report, and all that its type names: for each entry that gives one. */
export type { SelectionReport, SkippedStoreReport } from '../app/doctor/selection-report.ts';
export type { StorageLabel, StorageReport } from '../app/doctor/storage-report.ts';
export {
  type Reason,
  type ReasonClass,
  type ServiceFailureReason,
  serviceFailureReasons,
  type UnsupportedReason,
  unsupportedReasons,
} from '../domain/selection/probe-result.ts';
export type { SelectionErrorCode } from '../domain/selection/selection.ts';
export type { CandidateId, StoreId } from '../domain/store-id.ts';
export type { Report } from './credential-store.ts';
