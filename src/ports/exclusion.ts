import type { OperationOptions } from './credential-store.ts';

/** Runs `work` while no other work under the same lock runs, in this process or any other, and settles as it does. */
export type Exclusion = <T>(work: () => Promise<T>, options?: OperationOptions) => Promise<T>;
