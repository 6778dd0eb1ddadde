/**
 * Keeps an application's credentials in the best store that a machine has, never in the clear, and says which it chose
 * and why.
 *
 * @packageDocumentation
 */
export type { PassedOverReport, SelectionReport } from '../app/selection-report.ts';
export type { StorageLabel } from '../app/storage-label.ts';
export type { StorageReport } from '../app/storage-report.ts';
export { CredentialError, type CredentialErrorOptions, type ErrorCode } from '../domain/credential-error.ts';
export type { CredentialName } from '../domain/credential-name.ts';
export { errorCodes } from '../domain/error-codes.ts';
export { type ItemLayout, itemLayouts } from '../domain/item-layout.ts';
export {
  type Evidence,
  type Provider,
  providers,
  type Reason,
  type ReasonClass,
  type ServiceFailureReason,
  serviceFailureReasons,
  type UnsupportedReason,
  unsupportedReasons,
} from '../domain/probe.ts';
export { type Seal, seals } from '../domain/profile.ts';
export { Secret } from '../domain/secret.ts';
export type { RefusalCode } from '../domain/selection.ts';
export type { CandidateId, StoreId } from '../domain/store-id.ts';
export type { Application } from './application.ts';
export type { Person } from './bystander.ts';
export type { CredentialStore, Listed, OperationOptions, Report, Stored } from './credential-store.ts';
/** For programs that have this package in the place of keytar, by an override or an alias. */
export {
  default,
  deletePassword,
  explain,
  findCredentials,
  findPassword,
  getPassword,
  setPassword,
} from './keytar.ts';
export { type OpenOptions, openCredentialStore } from './open-credential-store.ts';
