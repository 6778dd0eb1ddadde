/**
 * `keystow/testing/contract`: the rules that every store holds, as a suite for vitest. It wants `vitest` and `fast-check`
 * beside it. `contract(harness)` in a test file is all there is to do.
 */
export { CredentialError, type ErrorCode } from '../../src/domain/credential-error.ts';
export type { CredentialName } from '../../src/domain/credential-name.ts';
export { Secret } from '../../src/domain/secret.ts';
export type { CredentialStore, OperationOptions } from '../../src/ports/credential-store.ts';
export type { StoreProbe } from '../../src/ports/store-probe.ts';
export { contract } from './credential-store.contract.ts';
export type { Harness } from './harness.ts';
