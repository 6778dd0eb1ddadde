import { mkdirSync, rmdirSync, type Stats, statSync, utimesSync } from 'node:fs';

type Callback<T = void> = (error: Error | null, result?: T) => void;

/**
 * One lock's view of the file system, for proper-lockfile.
 *
 * The library recognises its lock by a rounded time, checks it only at intervals, and removes it by path alone. So it can
 * remove a lock that another process has just taken: when it breaks a stale lock, or releases one that it has lost. Here
 * a lock is also recognised by its folder's inode and birth time, and it's checked in the same turn of the event loop.
 */
export class LockDirectory {
  readonly #path: string;
  /** State of the lock that this process took. */
  #ours: string | undefined;
  /** State of the lock that proper-lockfile last looked at, and may remove as stale. */
  #examined: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whether the lock is still the one that was taken here. */
  isHeld(): boolean {
    return this.#ours !== undefined && this.#readState() === this.#ours;
  }

  /** Returns an identifier of the holder, which differs from that of any other holder; `undefined` if the lock is free. */
  readHolder(): string | undefined {
    const stats = statSync(this.#path, { throwIfNoEntry: false });
    return stats && toHolder(stats);
  }

  /** Removes the lock if it's still ours. */
  abandon(): void {
    try {
      if (this.isHeld()) rmdirSync(this.#path);
    } catch {
      // It becomes stale.
    }
    this.#ours = undefined;
  }

  /** The calls that proper-lockfile makes. They are synchronous, so nothing happens between a check and its action. */
  readonly fs = {
    mkdir: (path: string, done: Callback) =>
      callBack(done, () => {
        this.#ours = undefined;
        mkdirSync(path, 0o700);
        this.#ours = this.#readState();
      }),
    stat: (path: string, done: Callback<Stats>) =>
      callBack(done, () => {
        const stats = statSync(path);
        if (!stats.isDirectory()) throw notADirectoryError();
        this.#examined = toState(stats);
        return stats;
      }),
    utimes: (path: string, accessed: Date, changed: Date, done: Callback) =>
      callBack(done, () => {
        if (!this.isHeld()) throw lockGoneError();
        utimesSync(path, accessed, changed);
        this.#ours = this.#readState();
      }),
    rmdir: (path: string, done: Callback) =>
      callBack(done, () => {
        if (this.#readState() !== (this.#ours ?? this.#examined)) throw lockGoneError();
        // Before the removal: afterwards, whatever is at the path belongs to another process.
        this.#ours = undefined;
        rmdirSync(path);
      }),
    /** Called if the process exits while it holds the lock. */
    rmdirSync: () => this.abandon(),
  };

  #readState(): string | undefined {
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

/** Windows would report a missing folder for a file. */
function notADirectoryError(): Error {
  return Object.assign(new Error('ENOTDIR: not a directory, stat'), { code: 'ENOTDIR' });
}

/** Tells proper-lockfile that the lock no longer exists. */
function lockGoneError(): Error {
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
