import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Mutex } from '../../ports/mutex.ts';
import { rejectOnAbort, throwIfAborted } from './abort.ts';
import { describeFile, errnoCode, ioError, type ManagedFile } from './file-errors.ts';
import { createParentFolders, removeEmptyFolders } from './folders.ts';
import { LockDirectory } from './lock-directory.ts';
import { isBusy } from './retry-while-busy.ts';

export interface LockOptions extends ManagedFile {
  /** Longest wait for one holder. Default: 4 seconds. */
  readonly limitMs?: number;
}

const defaultLimitMs = 4000;
/** Longest wait in all, however often the lock passes to another holder. */
const overallLimitMs = 30_000;
/** A lock that its holder hasn't touched for so long is taken over. The smallest value that proper-lockfile accepts. */
const staleMs = 2000;
/** Longest pause between two attempts. */
const maxPauseMs = 250;

/**
 * Creates a lock for `path`: the folder `path.lock`. That folder and its missing parents are created when the lock is
 * taken.
 *
 * - one holder keeps the lock longer than the limit, or several together for 30 seconds → `file-busy`, and `work` didn't
 *   run
 * - the holder was killed → taken over within {@link staleMs} and a second
 * - `work` takes the same lock again → it waits for itself, and never ends
 */
export function createLock({ limitMs = defaultLimitMs, ...file }: LockOptions): Mutex {
  // Callers in this process queue up; only the first one competes for the folder.
  let queue: Promise<unknown> = Promise.resolve();
  return (work, options) => {
    const previous = queue;
    const turn = rejectOnAbort(previous, options).then(() => runLocked(file, limitMs, work, options));
    // A cancelled caller keeps its place in the queue, so the next one doesn't start early.
    queue = previous.then(() => turn).catch(() => undefined);
    return turn;
  };
}

async function runLocked<T>(
  file: ManagedFile,
  limitMs: number,
  work: (held: () => boolean) => Promise<T>,
  options: OperationOptions | undefined,
): Promise<T> {
  throwIfAborted(options);
  const directory = new LockDirectory(`${file.path}.lock`);
  const created = new Set<string>();
  const createParents = () => {
    for (const folder of createParentFolders(file)) created.add(folder);
  };
  try {
    createParents();
    const release = await acquire(file, directory, limitMs, createParents, options);
    try {
      return await work(() => directory.isHeld());
    } finally {
      // Fails if the lock was lost. The work has noticed by then, or is done.
      await release().catch(() => undefined);
      directory.abandon();
    }
  } finally {
    // Work that stored nothing leaves no folders behind.
    removeEmptyFolders(created);
  }
}

type Release = () => Promise<void>;

async function acquire(
  file: ManagedFile,
  directory: LockDirectory,
  limitMs: number,
  createParents: () => void,
  options: OperationOptions | undefined,
): Promise<Release> {
  const start = performance.now();
  let holder: string | undefined;
  let heldSince = start;
  for (;;) {
    try {
      return await lock(file.path, { realpath: false, stale: staleMs, fs: directory.fs, onCompromised() {} });
    } catch (error) {
      // Another process created the parent folder and removed it again, because it stored nothing.
      if (errnoCode(error) === 'ENOENT') createParents();
      // On Windows, a folder that is being removed stays busy until its last reader closes it.
      else if (errnoCode(error) !== 'ELOCKED' && !isBusy(error)) throw ioError(file, 'locked', error);
      const [now, current] = [performance.now(), readHolder(file, directory)];
      if (current !== holder) [holder, heldSince] = [current, now];
      if (now - heldSince >= limitMs || now - start >= overallLimitMs) throw lockedError(file, now - start, error);
    }
    // The pause grows with the wait: many processes that poll often would slow the holder down.
    await sleep(5 + Math.random() * Math.min(25 + (performance.now() - start) / 4, maxPauseMs));
    throwIfAborted(options);
  }
}

function readHolder(file: ManagedFile, directory: LockDirectory): string | undefined {
  try {
    return directory.readHolder();
  } catch (error) {
    if (isBusy(error)) return undefined;
    throw ioError(file, 'locked', error);
  }
}

function lockedError(file: ManagedFile, waitedMs: number, cause: unknown): CredentialError {
  if (errnoCode(cause) !== 'ELOCKED') return ioError(file, 'locked', cause);
  const seconds = Math.round(waitedMs / 1000);
  return new CredentialError('file-busy', `other processes kept ${describeFile(file)} locked for ${seconds} seconds`, {
    hint: `try again; if no other program uses it, remove the folder ${file.path}.lock`,
  });
}
