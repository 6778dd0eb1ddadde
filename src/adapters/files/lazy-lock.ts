import type { Exclusively, LockOptions } from './lock.ts';

/** A lock of which nothing is loaded until it is first taken. */
export function createLazyLock(options: LockOptions): Exclusively {
  let loaded: Promise<Exclusively> | undefined;
  const load = async () => (await import('./lock.ts')).createLock(options);
  return async (work, how) => {
    loaded ??= load();
    return (await loaded)(work, how);
  };
}
