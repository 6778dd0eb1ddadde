import { CredentialError } from '../../domain/credential-error.ts';
import type { Terminal } from '../../ports/terminal.ts';

export interface TerminalOptions {
  /** Put in front of every line, such as `keystow: `. */
  readonly program: string;
  readonly quiet: boolean;
  /** Whether anybody may be asked. */
  readonly attended: boolean;
}

/** Speaks on stderr, and asks on the terminal that controls the process even where stdin is a pipe. */
export function createTerminal(options: TerminalOptions): Terminal {
  const { program, quiet } = options;
  const say = (line: string) => void process.stderr.write(`${program}: ${line}\n`);
  return {
    notice: (line) => {
      if (!quiet) say(line);
    },
    warn: say,
    async askHidden(question) {
      const answer = options.attended ? await (await import('./ask-hidden.ts')).askHidden(question) : undefined;
      if (answer !== undefined) return answer;
      throw new CredentialError('passphrase-required', 'Cannot prompt for passphrase in non-interactive environment');
    },
  };
}
