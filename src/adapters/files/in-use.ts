import { errnoOf } from './errno.ts';

/** How long a file that others keep open is waited for: less than who waits for a lock does. */
const limitMs = 2000;

/**
 * Whether Windows may have said that another program has the file open in a way that excludes this use of it, such as a
 * virus scanner, an indexer, or a reader of a file that is to be replaced. It says the same of what may not be touched.
 */
export function isInUse(error: unknown): boolean {
  return process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errnoOf(error) ?? '');
}

/** Does what the file system is asked for; on Windows again, for a while, where another program is in the way. */
export async function onceFree<T>(work: () => T): Promise<T> {
  let start: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isInUse(error)) throw error;
      start ??= performance.now();
      if (performance.now() - start >= limitMs) throw error;
    }
    await new Promise((done) => setTimeout(done, 5 + Math.random() * 25));
  }
}
