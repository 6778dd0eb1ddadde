import type { Secret } from '../domain/secret.ts';

/**
 * Where the passphrase of the encrypted file comes from: the environment, where the user opted in, or a prompt without
 * echo.
 *
 * - `open`: asked for an existing file. `attempt` counts from 1; → `undefined` when no further attempt makes sense
 * - `create`: asked for a new file; a prompt asks twice and goes on only when both agree and are not empty
 * - `change`: asked for what is to take the place of a file's passphrase; a prompt asks as for `create`
 * - nobody to ask → rejects with `passphrase-required`
 * - the user calls it off → rejects with `cancelled`
 * - `done`: what was given has been tried, and nothing more is asked for now; only then may the terminal show again what
 *   is typed
 */
export interface PassphraseSource {
  open(attempt: number): Promise<Secret | undefined>;
  create(): Promise<Secret>;
  change(): Promise<Secret>;
  done?(): void;
}
