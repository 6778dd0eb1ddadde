import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';
import { escapeUnprintable } from '../domain/text/escape.ts';
import type { Terminal } from '../ports/terminal.ts';

/** How keystow may interact with the application's user. */
export interface UserInteraction {
  /**
   * Whether a store may show its own dialog, for example to unlock a keyring. Default: `false`, which is right for a
   * server. No dialog is ever shown if there's neither a terminal nor a display, or if `CI` is set.
   */
  readonly interactive?: boolean;
  /** Asks for the passphrase of the encrypted file. Returning `undefined`, or leaving this out, means that nobody can be asked. */
  askPassphrase?(question: string): Promise<string | undefined>;
  /** Receives notices and warnings, one line each. keystow itself prints nothing. */
  onNotice?(line: string): void;
}

/** A terminal that calls the application's functions. */
export function createCallbackTerminal({ askPassphrase, onNotice }: UserInteraction, quiet: boolean): Terminal {
  return {
    notice: (line) => {
      if (!quiet) onNotice?.(escapeUnprintable(line));
    },
    warn: (line) => onNotice?.(escapeUnprintable(line)),
    async askHidden(question) {
      const answer = await askPassphrase?.(escapeUnprintable(question));
      if (answer !== undefined) return new Secret(new TextEncoder().encode(answer));
      throw new CredentialError('passphrase-required', 'a passphrase is required, and nobody can be asked for it');
    },
    restoreEcho: () => {},
  };
}
