import { writeSync } from 'node:fs';
import { isTerminal } from '../../composition/is-terminal.ts';
import { readAtOnce } from '../../composition/read-at-once.ts';
import type { Profile } from '../../domain/profile.ts';
import { quickOperands } from '../quick-command.ts';

/** POSIX `PIPE_BUF` on Linux: what is no longer than that goes into a pipe whole, or not at all. */
const maxBytes = 4096;

const plainGet = { words: ['get'], operands: 2 };

/**
 * Does `get SERVICE ACCOUNT` into a file or a pipe, where {@link readAtOnce} has the secret. `false`: it is still to be
 * done, and to be told what is in the way. Never rejects.
 */
export async function getAtOnce(profile: Profile, argv: readonly string[]): Promise<boolean> {
  const [service, account] = quickOperands(plainGet, argv) ?? [];
  if (service === undefined || account === undefined || isTerminal(1)) return false;
  const bytes = (await readAtOnce(profile, { service, account }))?.expose();
  if (bytes === undefined || bytes.length > maxBytes) return false;
  try {
    return writeSync(1, bytes) === bytes.length;
  } catch {
    return false;
  }
}
