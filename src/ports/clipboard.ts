/** The clipboard of the user's desktop, through a tool of the platform. Nothing is passed to it as an argument. */
export interface Clipboard {
  /** The name of the tool. */
  readonly tool: string;
  /** Replaces the content. Asks clipboard managers not to keep it, if the tool can. Rejects with `failed` if the tool fails. */
  copy(secret: Uint8Array): Promise<void>;
  /** Returns the content, or `undefined` if there's none, or it can't be read. Never rejects. */
  paste(): Promise<Uint8Array | undefined>;
  /** Empties it. Rejects with `failed` if the tool fails. */
  clear(): Promise<void>;
}
