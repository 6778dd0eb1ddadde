import { lstatSync } from 'node:fs';

/** Which file stands at a path, in which state: differs once the file is replaced or written to. `undefined`: none. */
export type Identity = string | undefined;

export function identityAt(path: string): Identity {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}
