import type { CredentialStore, StoreProbe } from '../../src/ports/credential-store.ts';

/** One store for the contract suite: how to open it, and how to inspect what it contains. */
export interface Harness {
  /** Its name in `REQUIRE_STORES`, such as `file-home` or `secret-service`. */
  readonly name: string;
  /** Why the store is unavailable here, if it is. The suite is skipped, or fails if `REQUIRE_STORES` names the store. */
  readonly missing?: string;
  /** Starts what the store needs, before the first test. */
  start?(): Promise<void>;
  /** Stops it after the last test. */
  stop?(): Promise<void>;
  /** Opens the same credentials again, as another process would. */
  open(): Promise<CredentialStore>;
  /** Opens a probe of the same store, if keystow probes it. */
  probe?(): Promise<StoreProbe>;
  /** A fingerprint of everything in the store, including chunks and sentinels. */
  contents?(): Promise<string>;
}
