import { errnoCode } from './file-errors.ts';

/** How long a file that others keep open is waited for: less than who waits for a lock does. */
const busyLimitMs = 2000;

/**
 * Whether Windows may have said that another program has the file open in a way that excludes this use of it, such as a
 * virus scanner, an indexer, or a reader of a file that is to be replaced. It says the same of what may not be touched.
 */
export function isBusy(error: unknown): boolean {
  return process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errnoCode(error) ?? '');
}

/** Does what the file system is asked for; on Windows again, for a while, where another program is in the way. */
export async function retryWhileBusy<T>(work: () => T): Promise<T> {
  let start: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      start ??= performance.now();
      if (performance.now() - start >= busyLimitMs) throw error;
    }
    await new Promise((done) => setTimeout(done, 5 + Math.random() * 25));
  }
}
