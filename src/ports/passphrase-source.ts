import type { Secret } from '../domain/secret.ts';

/**
 * The source of the encrypted file's passphrase: the environment, if the user opted in, or a prompt without echo.
 *
 * - `open`: for an existing file. `attempt` counts from 1. `undefined` if there is nothing else to try
 * - `create`: for a new file. A prompt asks twice, until both answers are equal and not empty
 * - `change`: the new passphrase of an existing file. A prompt asks as for `create`
 * - nobody can be asked → rejects with `passphrase-required`
 * - the user cancels → rejects with `cancelled`
 * - `done`: the passphrase has been tried, and no question follows. Only then does the terminal echo again
 */
export interface PassphraseSource {
  open(attempt: number): Promise<Secret | undefined>;
  create(): Promise<Secret>;
  change(): Promise<Secret>;
  done?(): void;
}
