import type { OperationOptions } from './credential-store.ts';

/**
 * Runs `work` while no other work holds the same lock, in this process or another. Settles as `work` does. `held` returns
 * whether the lock is still held: a process that was suspended may have lost it.
 */
export type Mutex = <T>(work: (held: () => boolean) => Promise<T>, options?: OperationOptions) => Promise<T>;
