import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { errnoMessage } from '../files/file-errors.ts';
import { syncFolder } from '../files/replace-file.ts';

/**
 * Writes a file that only the user can read, mode 0600. If it's interrupted, there's the old file, or none.
 *
 * - it exists, and not `replaces` → `invalid-input`
 * - a terminal, a pipe, a folder or a link is in its place → `invalid-input`
 * - the system fails to write → `output-failed`, and the old file stays
 */
export async function writeExport(
  path: string,
  content: Uint8Array,
  { replaces }: { readonly replaces: boolean },
): Promise<void> {
  checkReplaceable(path, replaces);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    writeNew(temporary, content);
    if (replaces) renameSync(temporary, path);
    else linkNew(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    throw new CredentialError('output-failed', `cannot write ${path}: ${errnoMessage(error)}`, {
      hint: 'check the folder, its permissions, and the space left on the disk',
    });
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeNew(path: string, content: Uint8Array): void {
  rmSync(path, { force: true });
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A link fails if the path exists, unlike a rename. Some file systems have no links. */
function linkNew(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch {
    checkReplaceable(path, false);
    renameSync(temporary, path);
  }
}

export function checkReplaceable(path: string, replaces: boolean): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isFile()) {
    throw new CredentialError('invalid-input', `${path} is not a regular file`, { hint: 'choose another file' });
  }
  if (!replaces) throw existsError(path);
}

function existsError(path: string): CredentialError {
  return new CredentialError('invalid-input', `${path} already exists`, {
    hint: 'choose another file, or add --force',
  });
}
