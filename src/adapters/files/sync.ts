import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from './errno.ts';

const fsync = promisify(fs.fsync);

/** Makes what was written to an open file last through a power cut, where its file system can. */
export async function syncFile(descriptor: number): Promise<void> {
  try {
    await fsync(descriptor);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/** Makes a rename in `folder` last through a power cut. Windows and some file systems have no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const descriptor = fs.openSync(folder, 'r');
    await fsync(descriptor).finally(() => fs.closeSync(descriptor));
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EINVAL', 'ENOTSUP', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error;
  }
}
