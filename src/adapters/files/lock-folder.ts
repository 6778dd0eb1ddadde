import { mkdirSync, rmdirSync, statSync, utimesSync } from 'node:fs';

type Done<T = void> = (error: Error | null, result?: T) => void;

/**
 * The file system as proper-lockfile sees it, for one lock at a time. The library tells a lock from its successor only
 * at intervals, and removes by path alone; here the lock's time of change is compared in the same turn, so that neither
 * breaking a stale lock nor letting go of one that was lost removes a lock that somebody else has just taken.
 */
export class LockFolder {
  readonly #path: string;
  #ours: number | undefined;
  #judged: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the lock is still the one that was taken here. */
  held(): boolean {
    return this.#ours !== undefined && this.#changedMs() === this.#ours;
  }

  /** Removes the lock if it is still ours, and forgets it. */
  abandon(): void {
    try {
      if (this.held()) rmdirSync(this.#path);
    } catch {
      // Left to become stale.
    }
    this.#ours = undefined;
  }

  /** What proper-lockfile calls. Synchronous beneath, so that each look and its deed are one step. */
  readonly fs = {
    mkdir: (path: string, done: Done) =>
      settle(done, () => {
        mkdirSync(path, 0o700);
        this.#ours = this.#changedMs();
      }),
    stat: (path: string, done: Done<{ mtime: Date }>) =>
      settle(done, () => {
        const stats = statSync(path);
        this.#judged = stats.mtimeMs;
        return stats;
      }),
    utimes: (path: string, accessed: Date, changed: Date, done: Done) =>
      settle(done, () => {
        if (!this.held()) throw gone();
        utimesSync(path, accessed, changed);
        this.#ours = this.#changedMs();
      }),
    rmdir: (path: string, done: Done) =>
      settle(done, () => {
        if (this.#changedMs() !== (this.#ours ?? this.#judged)) throw gone();
        rmdirSync(path);
      }),
    /** Called as the process exits while it holds the lock. */
    rmdirSync: () => this.abandon(),
  };

  #changedMs(): number | undefined {
    return statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs;
  }
}

/** What the library takes to mean that the lock is not there. */
function gone(): Error {
  return Object.assign(new Error('the lock is gone'), { code: 'ENOENT' });
}

function settle<T>(done: Done<T>, work: () => T): void {
  let result: T | undefined;
  let failure: Error | null = null;
  try {
    result = work();
  } catch (error) {
    failure = error as Error;
  }
  done(failure, result);
}
