import type { Secret } from '../domain/secret.ts';

/**
 * The person at the program, if there is one.
 *
 * - `notice`, `warn`: one line on stderr; a notice not where the user asked for quiet
 * - `askHidden`: a line typed without echo, its bytes as UTF-8, empty allowed; nobody to ask → rejects with
 *   `passphrase-required`; called off (Ctrl-C, end of input) → rejects with `cancelled`. With `stayHidden` nothing that
 *   is typed afterwards is shown either, until `restoreEcho`
 */
export interface Terminal {
  notice(line: string): void;
  warn(line: string): void;
  askHidden(question: string, options?: { readonly stayHidden: boolean }): Promise<Secret>;
  restoreEcho(): void;
}
