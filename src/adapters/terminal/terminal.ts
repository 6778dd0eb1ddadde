import { CredentialError } from '../../domain/credential-error.ts';
import type { Terminal } from '../../ports/terminal.ts';
import type { HiddenInput } from './hidden-input.ts';

export interface TerminalOptions {
  /** Put in front of every line, such as `keystow: `. */
  readonly program: string;
  readonly quiet: boolean;
  /** Whether anybody may be asked. */
  readonly interactive: boolean;
}

/** Speaks on stderr, and asks on the terminal that controls the process even where stdin is a pipe. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { program, quiet } = options;
  let input: HiddenInput | undefined;
  const restoreEcho = () => {
    input?.close();
    input = undefined;
  };
  const say = (line: string) => void process.stderr.write(`${program}: ${line}\n`);
  return {
    notice: (line) => {
      if (!quiet) say(line);
    },
    warn: say,
    async askHidden(question, how) {
      if (options.interactive) input ??= (await import('./hidden-input.ts')).HiddenInput.open();
      if (input === undefined) {
        throw new CredentialError('passphrase-required', 'Cannot prompt for passphrase in non-interactive environment');
      }
      try {
        return await input.ask(question);
      } finally {
        if (!how?.stayHidden) restoreEcho();
      }
    },
    restoreEcho,
  };
}
