/**
 * Stores an application's credentials in the best store that a machine has, never in plain text, and reports which one
 * it selected and why.
 *
 * ```js
 * import { openCredentialStore } from 'keystow';
 *
 * const store = await openCredentialStore({ application: 'acme' });
 * await store.set('api.acme.example', 'alice', token);
 * const stored = await store.getText('api.acme.example', 'alice');
 * await store.close();
 * ```
 *
 * @packageDocumentation
 */
export type { ListedCredential } from '../app/credentials/list-credentials.ts';
export type { Repair, RepairOutcome } from '../app/reconcile/repair.ts';
export type { MoveOutcome, MoveReport, Skipped } from '../app/reconcile/report.ts';
export {
  CredentialError,
  type CredentialErrorOptions,
  type ErrorCode,
  errorCodes,
  isCredentialError,
} from '../domain/credential-error.ts';
export type { CredentialName } from '../domain/credential-name.ts';
export { type AttributeSchema, attributeSchemas, type KeySource, keySources } from '../domain/profile.ts';
export type { DivergenceKind } from '../domain/reconcile/divergence.ts';
export { Secret } from '../domain/secret.ts';
export {
  type DeniedBy,
  deniers,
  type Evidence,
  type Persistence,
  type ProbeResult,
  type Provider,
  persistences,
  providers,
  type UntrustedBus,
  untrustedBuses,
} from '../domain/selection/probe-result.ts';
export type { TokenFailure, TokenRenewal, TokenSet } from '../domain/token-set.ts';
export type {
  CredentialStore,
  CustomStore,
  OperationOptions as StoreOperationOptions,
  StoreProbe,
} from '../ports/credential-store.ts';
export type { NoticeCode } from '../ports/interaction.ts';
export type { Application } from '../profiles/application.ts';
export type {
  ApplicationStore,
  MigrateOptions,
  NewSecret,
  OperationOptions,
  RepairOptions,
  SetOptions,
  SetResult,
  TokenOptions,
  UpdateOptions,
} from './application-store.ts';
/** For programs in which this package replaces keytar, by an override or an alias. */
export * from './keytar.ts';
export { default } from './keytar.ts';
export { type OpenOptions, openCredentialStore } from './open-credential-store.ts';
export type { Notice, StorageSettings, UserInteraction } from './options.ts';
