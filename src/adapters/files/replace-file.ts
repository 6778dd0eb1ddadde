import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoOf } from './errno.ts';
import { ioError, type KeptFile } from './file-errors.ts';
import { type Identity, identityOf } from './identity.ts';
import { onceFree } from './in-use.ts';
import { syncFile, syncFolder } from './sync.ts';
import { newTemporary } from './temporary.ts';

export interface Replacement {
  readonly file: KeptFile;
  readonly bytes: Uint8Array;
  /** What stood there when the bytes were worked out. */
  readonly expected: Identity;
  /** Asked last, right before the rename. `false`, or a throw: the file stays as it is. */
  permitted(): boolean;
}

const create = fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL | (fs.constants.O_NOFOLLOW ?? 0);

/**
 * Puts `bytes` in place of the file at once, mode 0600 from the first byte. Resolves `true` when they are on the disk.
 *
 * `false`: the file is no longer what was `expected`, or the writer is no longer `permitted`; nothing was changed. A
 * rename has no compare-and-swap; the look comes in the same turn, microseconds before. The system refuses → `file-io`,
 * and the old file stands, or the whole new one where only its folder could not be synced.
 */
export async function replaceFile({ file, bytes, expected, permitted }: Replacement): Promise<boolean> {
  const temporary = newTemporary(file.path);
  try {
    await writeNew(temporary, bytes);
    if (!(await rename(temporary, file.path, () => permitted() && identityOf(file) === expected))) return false;
    await syncFolder(dirname(file.path));
    return true;
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'written', error);
  } finally {
    discard(temporary);
  }
}

/** There is none after a rename; one that cannot be removed is left for the next writer to sweep away. */
function discard(temporary: string): void {
  try {
    fs.rmSync(temporary, { force: true });
  } catch {}
}

/** Only the sync leaves the turn: on a busy machine a hand-over to another thread takes longer than all the rest. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = fs.openSync(path, create, 0o600);
  try {
    // The umask can only have taken bits away, the owner's too.
    if (process.platform !== 'win32') fs.fchmodSync(descriptor, 0o600);
    fs.writeFileSync(descriptor, bytes);
    await syncFile(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function rename(from: string, to: string, unchanged: () => boolean): Promise<boolean> {
  return onceFree(() => {
    if (!unchanged()) return false;
    try {
      fs.renameSync(from, to);
      return true;
    } catch (error) {
      // Whoever took over a lock that we held too long has swept our temporary file away.
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
  });
}
