import { mkdirSync, rmdirSync, type Stats, statSync, utimesSync } from 'node:fs';

type Done<T = void> = (error: Error | null, result?: T) => void;

/**
 * The file system as proper-lockfile sees it, for one lock at a time. The library tells a lock from its successor only
 * at intervals and by a rounded time, and removes by path alone. Here each is known by its folder's inode and time of
 * birth too, and looked at in the same turn, so that neither breaking a stale lock nor letting go of one that was lost
 * removes a lock that somebody else has just taken.
 */
export class LockFolder {
  readonly #path: string;
  #ours: string | undefined;
  #judged: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the lock is still the one that was taken here. */
  held(): boolean {
    return this.#ours !== undefined && this.#state() === this.#ours;
  }

  /** Tells one holder from the next, whoever they are. `undefined`: the lock is free. */
  holder(): string | undefined {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    return stats && holderOf(stats);
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
        this.#ours = undefined;
        mkdirSync(path, 0o700);
        this.#ours = this.#state();
      }),
    stat: (path: string, done: Done<Stats>) =>
      settle(done, () => {
        const stats = statSync(path);
        if (!stats.isDirectory()) throw notAFolder();
        this.#judged = stateOf(stats);
        return stats;
      }),
    utimes: (path: string, accessed: Date, changed: Date, done: Done) =>
      settle(done, () => {
        if (!this.held()) throw gone();
        utimesSync(path, accessed, changed);
        this.#ours = this.#state();
      }),
    rmdir: (path: string, done: Done) =>
      settle(done, () => {
        if (this.#state() !== (this.#ours ?? this.#judged)) throw gone();
        // First, because from the removal on whatever stands there is another's.
        this.#ours = undefined;
        rmdirSync(path);
      }),
    /** Called as the process exits while it holds the lock. */
    rmdirSync: () => this.abandon(),
  };

  #state(): string | undefined {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    return stats && stateOf(stats);
  }
}

function holderOf({ dev, ino, birthtimeMs }: Stats): string {
  return [dev, ino, birthtimeMs].join();
}

function stateOf(stats: Stats): string {
  return `${holderOf(stats)}:${stats.mtimeMs}`;
}

/** As the system has it. Windows, asked to remove a file like a folder, says that there is none. */
function notAFolder(): Error {
  return Object.assign(new Error('ENOTDIR: not a directory, stat'), { code: 'ENOTDIR' });
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
