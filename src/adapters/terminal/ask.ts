import { createInterface } from 'node:readline';
import { CredentialError } from '../../domain/credential-error.ts';
import { escapeUnprintable } from '../../domain/text/escape.ts';
import { openControllingTerminal } from './hidden-input.ts';

/**
 * Asks for a line on the terminal, which echoes it. Resolves `undefined` if neither stdin nor anything else is a terminal. An
 * abort, or the end of the input → `cancelled`.
 */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<string | undefined> {
  // A hidden prompt before this one lets the process end although stdin is read.
  const input = process.stdin.isTTY ? process.stdin.ref() : openControllingTerminal();
  if (input === undefined) return undefined;
  process.stderr.write(escapeUnprintable(question));
  const lines = createInterface({ input, terminal: false });
  try {
    return await new Promise<string>((resolve, reject) => {
      const cancel = () => reject(new CredentialError('cancelled', 'cancelled; nothing was changed'));
      lines.once('line', resolve);
      lines.once('close', cancel);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
    });
  } finally {
    lines.close();
    if (input === process.stdin) input.unref();
    else input.destroy();
  }
}
