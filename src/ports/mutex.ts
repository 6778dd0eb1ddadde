import type { OperationOptions } from './credential-store.ts';

/**
 * Runs `work` while no other work under the same lock runs, in this process or any other, and settles as it does.
 * `held` tells `work` whether it still has the lock, which a process that was suspended may have lost.
 */
export type Mutex = <T>(work: (held: () => boolean) => Promise<T>, options?: OperationOptions) => Promise<T>;
