import { CredentialError } from '../../domain/credential-error.ts';
import { escapeUnprintable } from '../../domain/text/escape.ts';
import type { Terminal } from '../../ports/interaction.ts';
import type { HiddenInput } from './hidden-input.ts';

export interface TerminalOptions {
  /** Prefix of every line. */
  readonly program: string;
  readonly quiet: boolean;
  /** Whether prompts are allowed. */
  readonly interactive: boolean;
}

/** Writes to stderr. Prompts on the controlling terminal of the process even if stdin is a pipe. */
export function createTerminal(options: TerminalOptions): Terminal {
  let input: HiddenInput | undefined;
  const restoreEcho = () => {
    input?.close();
    input = undefined;
  };
  return {
    ...createNotices(options),
    async askHidden(question, promptOptions) {
      if (options.interactive) input ??= (await import('./hidden-input.ts')).HiddenInput.open();
      if (input === undefined) {
        throw new CredentialError('passphrase-required', 'Cannot prompt for passphrase in non-interactive environment');
      }
      try {
        const { allowLines = false, signal } = promptOptions ?? {};
        return await input.ask(escapeUnprintable(question), { allowLines, ...(signal && { signal }) });
      } finally {
        if (!promptOptions?.stayHidden) restoreEcho();
      }
    },
    restoreEcho,
  };
}

/** The part of a terminal that only writes. */
export function createNotices({
  program,
  quiet,
}: Pick<TerminalOptions, 'program' | 'quiet'>): Pick<Terminal, 'notice' | 'warn'> {
  const writeLine = (line: string) => {
    // A terminal that was closed can't be written to. That must not end the process.
    if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
    process.stderr.write(`${escapeUnprintable(line)}\n`);
  };
  return {
    notice(line) {
      if (!quiet) writeLine(`${program}: ${line}`);
    },
    warn(line, hint) {
      writeLine(`${program}: ${line}`);
      if (hint !== undefined) writeLine(`  hint: ${hint}`);
    },
  };
}

function ignore(): void {}
