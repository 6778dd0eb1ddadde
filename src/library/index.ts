/**
 * Keeps an application's credentials in the best store that a machine has, never in the clear, and says which it chose
 * and why.
 *
 * @packageDocumentation
 */
export {
  CredentialError,
  type CredentialErrorOptions,
  type ErrorCode,
  errorCodes,
} from '../domain/credential-error.ts';
export type { CredentialName } from '../domain/credential-name.ts';
export { type AttributeSchema, attributeSchemas, type KeySource, keySources } from '../domain/profile.ts';
export { Secret } from '../domain/secret.ts';
export {
  type Evidence,
  type Provider,
  providers,
} from '../domain/selection/probe-result.ts';
export type { Application } from './application.ts';
export type { ApplicationStore, ListedCredential, OperationOptions, SetResult } from './credential-store.ts';
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
export * from './report.ts';
export type { UserInteraction } from './user-interaction.ts';
