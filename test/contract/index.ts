/**
 * `keystow/testing/contract`: the contract of every store, as a suite for vitest. Call `contract(harness)` in a test file.
 * It needs the packages `vitest` and `fast-check`.
 */
export { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
export type { CredentialName } from '../../src/domain/credential-name.ts';
export { Secret } from '../../src/domain/secret.ts';
export type { CredentialStore, OperationOptions, StoreProbe } from '../../src/ports/credential-store.ts';
export { contract } from './credential-store.contract.ts';
export type { Harness } from './harness.ts';
