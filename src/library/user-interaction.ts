import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';
import type { Terminal } from '../ports/terminal.ts';

/** The person at the application, if there is one, as the application lets keystow speak to them. */
export interface UserInteraction {
  /**
   * Whether a store may put up a dialog of its own, such as to unlock a keyring. No unless given: a server has nobody to
   * answer. Even then none is put up where there is neither a terminal nor a display, or where `CI` is set.
   */
  readonly interactive?: boolean;
  /** Asks for the passphrase of the encrypted file: `undefined`, or where this is not given, is nobody to ask. */
  askPassphrase?(question: string): Promise<string | undefined>;
  /** Hears, in one line, what was put right or passed over without being asked. Nothing is written to stderr. */
  onNotice?(line: string): void;
}

/** Who stands where a command-line tool has its terminal. */
export function createCallbackTerminal({ askPassphrase, onNotice }: UserInteraction, quiet: boolean): Terminal {
  return {
    notice: (line) => {
      if (!quiet) onNotice?.(line);
    },
    warn: (line) => onNotice?.(line),
    async askHidden(question) {
      const answer = await askPassphrase?.(question);
      if (answer !== undefined) return new Secret(new TextEncoder().encode(answer));
      throw new CredentialError('passphrase-required', 'a passphrase is needed, and there is nobody to ask');
    },
    restoreEcho: () => {},
  };
}
