import { lstatSync } from 'node:fs';
import { ioError, type KeptFile } from './file-errors.ts';

/** Which file stands at a path, in which state: differs once the file is replaced or written to. `undefined`: none. */
export type Identity = string | undefined;

export function identityOf(file: KeptFile): Identity {
  try {
    const stats = lstatSync(file.path, { bigint: true, throwIfNoEntry: false });
    return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join();
  } catch (error) {
    throw ioError(file, 'read', error);
  }
}
