import type { Mutex } from '../../ports/system.ts';
import type { LockOptions } from './lock.ts';

/** A lock that loads its code when it is first taken. */
export function createLazyLock(options: LockOptions): Mutex {
  let loaded: Promise<Mutex> | undefined;
  const load = async () => (await import('./lock.ts')).createLock(options);
  return async (work, how) => {
    loaded ??= load();
    return (await loaded)(work, how);
  };
}
