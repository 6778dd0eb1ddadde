import { closeSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';
import type { Terminal } from '../../ports/terminal.ts';

export interface TerminalOptions {
  /** Put in front of every line, such as `keystow: `. */
  readonly program: string;
  readonly quiet: boolean;
  /** Whether anybody may be asked. */
  readonly attended: boolean;
}

/** Speaks on stderr, and asks on the terminal that controls the process even where stdin is a pipe. */
export function createTerminal({ program, quiet, attended }: TerminalOptions): Terminal {
  const say = (line: string) => void process.stderr.write(`${program}: ${line}\n`);
  return {
    notice: (line) => {
      if (!quiet) say(line);
    },
    warn: say,
    async askHidden(question) {
      const input = attended ? openInput() : undefined;
      if (input === undefined) {
        throw new CredentialError('passphrase-required', 'Cannot prompt for passphrase in non-interactive environment');
      }
      try {
        return await ask(question, input.stream);
      } finally {
        input.release();
      }
    },
  };
}

/** stdin where it is a terminal, else the controlling terminal (tty(4)); `undefined` where there is neither. */
function openInput(): { stream: NodeJS.ReadStream; release(): void } | undefined {
  if (process.stdin.isTTY) return { stream: process.stdin.ref(), release: () => void process.stdin.unref() };
  if (process.platform === 'win32') return undefined;
  try {
    const descriptor = openSync('/dev/tty', 'r+');
    try {
      const stream = new ReadStream(descriptor);
      return { stream, release: () => void stream.destroy() };
    } catch {
      closeSync(descriptor);
      return undefined;
    }
  } catch {
    return undefined;
  }
}

async function ask(question: string, input: NodeJS.ReadStream): Promise<Secret> {
  const { default: password } = await import('@inquirer/password');
  try {
    const theme = { prefix: '', style: { message: (text: string) => text, maskedText: '' } };
    const line = await password(
      { message: question, mask: false, toggleMask: false, theme },
      { input, output: process.stderr },
    );
    return new Secret(new TextEncoder().encode(line));
  } catch (error) {
    const isExit = error instanceof Error && /^(ExitPromptError|AbortPromptError|CancelPromptError)$/.test(error.name);
    throw isExit ? new CredentialError('cancelled', 'the question was not answered') : error;
  }
}
