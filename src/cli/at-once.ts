import { writeSync } from 'node:fs';
import { isTerminal } from '../composition/environment.ts';
import { readAtOnce } from '../composition/read-at-once.ts';
import type { PlacementEntry, PlacementIndex } from '../domain/placement/placement-index.ts';
import type { Profile } from '../domain/profile.ts';
import type { Secret } from '../domain/secret.ts';
import { type QuickCommand, quickOperands } from './quick-command.ts';

/** A command that prints a secret, in its plainest form. */
export interface AtOnce extends Pick<QuickCommand, 'words' | 'operands'> {
  readonly profile: Profile;
  /** Which secret. */
  find(placement: PlacementIndex, ...operands: string[]): PlacementEntry | undefined;
  /** What of it is printed. `undefined`, or any error, says nothing. */
  shown(secret: Secret): Uint8Array | undefined;
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
    const secret = await readAtOnce(command.profile, (placement) => command.find(placement, ...operands));
    const bytes = secret && command.shown(secret);
    return bytes !== undefined && bytes.length <= maxBytes && writeSync(1, bytes) === bytes.length;
  } catch {
    return false;
  }
}
