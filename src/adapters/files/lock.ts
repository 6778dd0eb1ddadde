import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import { rejectOnAbort, throwIfAborted } from './abort.ts';
import { describeFile, errnoCode, ioError, type ManagedFile } from './file-errors.ts';
import { createParentFolders, removeEmptyFolders } from './folders.ts';
import { LockDirectory } from './lock-directory.ts';
import { isBusy } from './retry-while-busy.ts';

/**
 * Runs `work` while no other work under the same lock runs, in this process or any other, and settles as it does.
 *
 * - one other holder keeps the lock longer than the limit, or ever new ones do for 30 seconds → `file-busy`, and `work`
 *   did not run
 * - its holder was killed → taken over within {@link staleMs} and a second
 * - `held` tells `work` whether it still has the lock, which a process that was suspended may have lost
 * - `work` that runs itself through the same lock waits for itself for ever
 */
export type Exclusively = <T>(work: (held: () => boolean) => Promise<T>, options?: OperationOptions) => Promise<T>;

export interface LockOptions extends ManagedFile {
  /** How long one holder is waited for. 4 seconds unless given. */
  readonly limitMs?: number;
}

/** A lock whose holder has not touched it for so long is taken over. The least that proper-lockfile allows. */
const staleMs = 2000;

const defaultLimitMs = 4000;
/** However often the lock passes on to somebody else. */
const overallLimitMs = 30_000;
/** Between two looks at a lock that somebody has. */
const maxPauseMs = 250;

/** A lock for `path`: the folder `path.lock`, created with those above it when it is first taken. */
export function createLock({ limitMs = defaultLimitMs, ...file }: LockOptions): Exclusively {
  // Within the process they wait in line; only its head tries for the folder.
  let line: Promise<unknown> = Promise.resolve();
  return (work, options) => {
    const before = line;
    const turn = rejectOnAbort(before, options).then(() => runLocked(file, limitMs, work, options));
    // Who leaves the line lets nobody in early.
    line = before.then(() => turn).catch(() => undefined);
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
  const folder = new LockDirectory(`${file.path}.lock`);
  const made = new Set<string>();
  const makeFolders = () => {
    for (const path of createParentFolders(file)) made.add(path);
  };
  try {
    makeFolders();
    const release = await acquire(file, folder, limitMs, makeFolders, options);
    try {
      return await work(() => folder.isHeld());
    } finally {
      // Fails when the lock was lost; what it was for has been done or refused by then.
      await release().catch(() => undefined);
      folder.abandon();
    }
  } finally {
    // Where the work came to nothing, nothing is left of it.
    removeEmptyFolders(made);
  }
}

type Release = () => Promise<void>;

async function acquire(
  file: ManagedFile,
  folder: LockDirectory,
  limitMs: number,
  makeFolders: () => void,
  options: OperationOptions | undefined,
): Promise<Release> {
  const start = performance.now();
  let holder: string | undefined;
  let since = start;
  for (;;) {
    try {
      return await lock(file.path, { realpath: false, stale: staleMs, fs: folder.fs, onCompromised() {} });
    } catch (error) {
      // Who made the folder has removed it again, since nothing came to be kept there.
      if (errnoCode(error) === 'ENOENT') makeFolders();
      // On Windows a folder that is being removed is in use until the last to look at it has closed it.
      else if (errnoCode(error) !== 'ELOCKED' && !isBusy(error)) throw ioError(file, 'locked', error);
      const [now, current] = [performance.now(), readHolder(file, folder)];
      if (current !== holder) [holder, since] = [current, now];
      if (now - since >= limitMs || now - start >= overallLimitMs) throw lockedError(file, now - start, error);
    }
    // A crowd that looks often keeps the holder from its work, so who has waited for long looks less often.
    await sleep(5 + Math.random() * Math.min(25 + (performance.now() - start) / 4, maxPauseMs));
    throwIfAborted(options);
  }
}

function readHolder(file: ManagedFile, folder: LockDirectory): string | undefined {
  try {
    return folder.readHolder();
  } catch (error) {
    if (isBusy(error)) return undefined;
    throw ioError(file, 'locked', error);
  }
}

function lockedError(file: ManagedFile, waitedMs: number, cause: unknown): CredentialError {
  if (errnoCode(cause) !== 'ELOCKED') return ioError(file, 'locked', cause);
  return new CredentialError(
    'file-busy',
    `other processes kept ${describeFile(file)} locked for ${Math.round(waitedMs / 1000)} seconds`,
    {
      hint: `try again; if no program uses it, remove the folder ${file.path}.lock`,
    },
  );
}
