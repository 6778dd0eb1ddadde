/** What keystow uses of `@napi-rs/keyring` 2.1.2. The work is done in libuv's threads and cannot be called off. */
export interface Binding {
  /** Throws where a name is longer than the platform allows, or the pinned Linux store is not there. */
  readonly AsyncEntry: {
    new (service: string, user: string, options?: EntryOptions): NativeEntry;
    /**
     * Windows: the credential of exactly this target. It is written as this is called, in the calling thread: where it is
     * not there it is created, and what it holds is replaced by nothing.
     */
    withTarget(target: string, service: string, user: string): NativeEntry;
  };
  /**
   * - macOS: the readable items of `service` in every keychain of the search list
   * - Windows: the credentials whose target is `target`, or begins with it where it ends in `*`; rejects where a
   *   single one of them is not text in UTF-16
   */
  findCredentialsAsync(service: string, target?: string): Promise<readonly FoundCredential[]>;
}

export interface NativeEntry {
  setSecret(secret: Uint8Array): Promise<unknown>;
  /** Bytes as numbers; `null` where there is no such item. */
  getSecret(): Promise<ArrayLike<number> | null | undefined>;
  /** `false` where there was no such item. */
  deleteCredential(): Promise<boolean>;
}

export interface FoundCredential {
  readonly account: string;
  readonly password: string;
}

/** Only Linux reads it. */
export interface EntryOptions {
  readonly linux: { readonly store: 'keyutils' };
}
