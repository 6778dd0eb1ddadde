import { writeSync } from 'node:fs';
import { isTerminal } from '../composition/is-terminal.ts';
import { type QuickCommand, quickOperands } from './quick-command.ts';

/** A command in its plainest form, and what it prints where that is to be had at once: `undefined`, or any rejection, says nothing. */
export interface AtOnce extends Pick<QuickCommand, 'words' | 'operands'> {
  read(...operands: string[]): Promise<Uint8Array | undefined>;
}

/** POSIX `PIPE_BUF` on Linux: what is no longer than that goes into a pipe whole, or not at all. */
const maxBytes = 4096;

/** Prints at once, to a file or a pipe. Where that cannot be, nothing was done, and `whole` does it, or says what is in the way. */
export async function runAtOnce(command: AtOnce, whole: () => Promise<unknown>): Promise<void> {
  const done = await printAtOnce(command, process.argv.slice(2));
  if (!done) await whole();
  // On Linux what was written is out by now, and to take apart what ends anyway takes 1 ms.
  else if (process.platform === 'linux') process.exit();
}

async function printAtOnce(command: AtOnce, argv: readonly string[]): Promise<boolean> {
  const operands = quickOperands(command, argv);
  if (operands === undefined || isTerminal(1)) return false;
  try {
    const bytes = await command.read(...operands);
    return bytes !== undefined && bytes.length <= maxBytes && writeSync(1, bytes) === bytes.length;
  } catch {
    return false;
  }
}
