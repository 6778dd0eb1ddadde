import type { Secret } from '../domain/secret.ts';

/** The user's terminal, if there is one. */
export interface Terminal {
  /** Prints one line on stderr, unless the user asked for quiet. */
  notice(line: string): void;
  /** Prints one line on stderr, and one with the hint, if there is one. */
  warn(line: string, hint?: string): void;
  /**
   * Reads a line without echo. It may be empty.
   *
   * - typed → its bytes in UTF-8; with `stayHidden`, the terminal does not echo until {@link restoreEcho}
   * - nobody can be asked → rejects with `passphrase-required`
   * - cancelled (Ctrl-C, end of input) → rejects with `cancelled`
   */
  askHidden(question: string, options?: { readonly stayHidden: boolean }): Promise<Secret>;
  restoreEcho(): void;
}
