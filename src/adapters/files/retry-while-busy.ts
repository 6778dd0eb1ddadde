import { errnoCode } from './file-errors.ts';

/** Shorter than the wait for a lock. */
const busyLimitMs = 2000;

/**
 * Returns whether, on Windows, another program may have the file open: a virus scanner, an indexer, or a reader of a
 * file that is to be replaced. Windows reports the same codes for missing permissions.
 */
export function isBusy(error: unknown): boolean {
  return process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errnoCode(error) ?? '');
}

/** Runs `work`. On Windows, retries it for up to 2 seconds while another program has the file open. */
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
