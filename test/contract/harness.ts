import type { CredentialStore } from '../../src/ports/credential-store.ts';
import type { StoreProbe } from '../../src/ports/store-probe.ts';

/** One store as the contract sees it: how to open it, and how to look behind its back. */
export interface Harness {
  /** What `REQUIRE_STORES` calls it, such as `file-home` or `secret-service`. */
  readonly name: string;
  /** Why it cannot run here; absent when it can. Where `REQUIRE_STORES` names it, that is a failure. */
  readonly missing?: string;
  /** Brings up what the store needs, before any test. */
  start?(): Promise<void>;
  /** Takes it down, after the last. */
  stop?(): Promise<void>;
  /** A new handle on the same kept state, as another process would open it. */
  open(): Promise<CredentialStore>;
  /** A probe over the same store, where the store is one that is probed. */
  probe?(): Promise<StoreProbe>;
  /** Everything the store holds, pieces and sentinels included, as an opaque fingerprint that changes when it does. */
  contents?(): Promise<string>;
}
