import { mkdirSync, rmdirSync, type Stats, statSync, utimesSync } from 'node:fs';

type Callback<T = void> = (error: Error | null, result?: T) => void;

/**
 * The file system as proper-lockfile sees it, for one lock at a time. The library tells a lock from its successor only
 * at intervals and by a rounded time, and removes by path alone. Here each is known by its folder's inode and time of
 * birth too, and looked at in the same turn, so that neither breaking a stale lock nor letting go of one that was lost
 * removes a lock that somebody else has just taken.
 */
export class LockDirectory {
  readonly #path: string;
  #ours: string | undefined;
  #judged: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the lock is still the one that was taken here. */
  isHeld(): boolean {
    return this.#ours !== undefined && this.#state() === this.#ours;
  }

  /** Tells one holder from the next, whoever they are. `undefined`: the lock is free. */
  readHolder(): string | undefined {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    return stats && toHolder(stats);
  }

  /** Removes the lock if it is still ours, and forgets it. */
  abandon(): void {
    try {
      if (this.isHeld()) rmdirSync(this.#path);
    } catch {
      // Left to become stale.
    }
    this.#ours = undefined;
  }

  /** What proper-lockfile calls. Synchronous beneath, so that each look and its deed are one step. */
  readonly fs = {
    mkdir: (path: string, done: Callback) =>
      callBack(done, () => {
        this.#ours = undefined;
        mkdirSync(path, 0o700);
        this.#ours = this.#state();
      }),
    stat: (path: string, done: Callback<Stats>) =>
      callBack(done, () => {
        const stats = statSync(path);
        if (!stats.isDirectory()) throw notADirectory();
        this.#judged = toState(stats);
        return stats;
      }),
    utimes: (path: string, accessed: Date, changed: Date, done: Callback) =>
      callBack(done, () => {
        if (!this.isHeld()) throw lockGone();
        utimesSync(path, accessed, changed);
        this.#ours = this.#state();
      }),
    rmdir: (path: string, done: Callback) =>
      callBack(done, () => {
        if (this.#state() !== (this.#ours ?? this.#judged)) throw lockGone();
        // First, because from the removal on whatever stands there is another's.
        this.#ours = undefined;
        rmdirSync(path);
      }),
    /** Called as the process exits while it holds the lock. */
    rmdirSync: () => this.abandon(),
  };

  #state(): string | undefined {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    return stats && toState(stats);
  }
}

function toHolder({ dev, ino, birthtimeMs }: Stats): string {
  return [dev, ino, birthtimeMs].join();
}

function toState(stats: Stats): string {
  return `${toHolder(stats)}:${stats.mtimeMs}`;
}

/** As the system has it. Windows, asked to remove a file like a folder, says that there is none. */
function notADirectory(): Error {
  return Object.assign(new Error('ENOTDIR: not a directory, stat'), { code: 'ENOTDIR' });
}

/** What the library takes to mean that the lock is not there. */
function lockGone(): Error {
  return Object.assign(new Error('the lock is gone'), { code: 'ENOENT' });
}

function callBack<T>(done: Callback<T>, work: () => T): void {
  let result: T | undefined;
  let failure: Error | null = null;
  try {
    result = work();
  } catch (error) {
    failure = error as Error;
  }
  done(failure, result);
}
