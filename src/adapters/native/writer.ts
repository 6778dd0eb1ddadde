import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Exclusively } from '../files/lock.ts';
import type { Operation } from './operation.ts';

/**
 * Runs `work` as the only writer. When it fails, the failure is told at once, but the next writer comes only when
 * nothing of this one runs in native code any more: a write that lands late must not land among its pieces.
 */
export async function aloneWith<T>(
  exclusively: Exclusively,
  operation: Operation,
  options: OperationOptions | undefined,
  work: (held: () => boolean) => Promise<T>,
): Promise<T> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const done = exclusively(async (held) => {
    try {
      return await work(held);
    } catch (error) {
      fail(error);
      await operation.settled();
      throw error;
    }
  }, options);
  return Promise.race([done, failed]);
}
