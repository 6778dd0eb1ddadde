import { lstatSync } from 'node:fs';
import { CredentialError } from '../../domain/credential-error.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Mutex } from '../../ports/system.ts';
import type { Activity } from '../keyrings/process-activity.ts';
import { maxWorkingLimits, sleep, timers } from '../process/timers.ts';
import { rejectOnAbort, throwIfAborted } from './abort.ts';
import { describeFile, errnoCode, ioError, isBusy, type ManagedFile } from './file-errors.ts';
import { createParentFolders, removeEmptyFolders } from './folders.ts';
import { LockFolder, type Occupant } from './lock-folder.ts';
import { findLiveness, isSuspended, type Liveness, type LockHolder, mayBeSuspended } from './lock-holder.ts';

interface LockedFile extends ManagedFile {
  /** Whether only the lock is at the path, so that `label` names the lock itself. Default: a file that the lock protects. */
  readonly isOnlyLock?: boolean;
}

export interface LockOptions extends LockedFile {
  /** Longest wait without progress. Default: 4 seconds. */
  readonly limitMs?: number;
}

const defaultLimitMs = 4000;
/** Longest pause between two attempts. */
const maxPauseMs = 250;
/** How often to check whether the holder makes progress, as long as it's the same one. */
const progressIntervalMs = 500;
/** A process that waits for longer shows other processes what it waits for. */
const announceAfterMs = 1000;
/** After a longer pause, this process was suspended too, or the machine was too busy to tell. */
const maxObservedPauseMs = 1000;
/** The share of the limit after which to look what the holder does: with many waiting processes, that's a load of its own. */
const activityShare = 0.2;
const touchIntervalMs = 1000;
/** How long a holder may have missed the interval before it's no longer expected to be alive. */
const silentMs = 3 * touchIntervalMs;
/** A holder that can't be checked, and that wasn't seen to touch the lock for so long, has lost it. */
const lostMs = 10 * touchIntervalMs;

/**
 * Creates a lock for `path`: the folder `path.lock`. That folder and its missing parents are created when the lock is
 * taken.
 *
 * - the holder is alive, even if it's suspended → it keeps the lock
 * - the holder is dead → taken over immediately
 * - the holder runs on another machine or in another container, and hasn't touched the lock for {@link lostMs} while this
 *   process watched → taken over
 * - neither the holder, nor one that it waits for, makes progress within the limit → `file-busy`, and `work` didn't run. A
 *   process that works, or has started one that does, makes progress, for {@link maxWorkingLimits} at most
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
  file: LockedFile,
  limitMs: number,
  work: (held: () => boolean) => Promise<T>,
  options: OperationOptions | undefined,
): Promise<T> {
  throwIfAborted(options);
  const lock = new LockFolder(`${file.path}.lock`);
  const created = new Set<string>();
  const createParents = () => {
    for (const folder of createParentFolders(file)) created.add(folder);
  };
  const timer = timers.setInterval(() => lock.touch(), touchIntervalMs);
  timer.unref();
  try {
    createParents();
    await acquire(file, lock, limitMs, createParents, options);
    return await work(() => lock.isHeld());
  } finally {
    timers.clearInterval(timer);
    await lock.release();
    lock.removeOrphans();
    // Work that stored nothing leaves no folders behind.
    removeEmptyFolders(created);
  }
}

async function acquire(
  file: LockedFile,
  lock: LockFolder,
  limitMs: number,
  createParents: () => void,
  options: OperationOptions | undefined,
): Promise<void> {
  const watch = new Watch(lock, limitMs * maxWorkingLimits);
  for (;;) {
    let failure: unknown;
    try {
      const occupant = lock.examine();
      const liveness = watch.observe(occupant);
      if (occupant && liveness === 'dead') lock.evict(occupant);
      if ((occupant === undefined || liveness === 'dead') && lock.take()) return;
      if (watch.totalMs >= announceAfterMs) lock.announce();
      if (watch.waitedMs >= limitMs * activityShare) await watch.loadActivity();
    } catch (error) {
      failure = error;
      watch.observe(watch.occupant);
      // Another process created the parent folder and removed it again, because it stored nothing.
      if (errnoCode(error) === 'ENOENT') createParents();
      // On Windows, a folder that is being removed stays busy until its last reader closes it.
      else if (!isBusy(error)) throw toLockError(file, error);
    }
    if (watch.waitedMs >= limitMs && !watch.mayBeLost) {
      throw failure === undefined ? busyError(file, watch) : ioError(file, toAction(file), failure);
    }
    // The pause grows with the wait: many processes that poll often would slow the holder down.
    await sleep(5 + Math.random() * Math.min(25 + watch.waitedMs / 4, maxPauseMs));
    throwIfAborted(options);
  }
}

type ActivityModule = typeof import('../keyrings/process-activity.ts');

/** What a process has seen of a lock that it waits for. Time in which it was suspended itself doesn't count. */
class Watch {
  readonly #lock: LockFolder;
  readonly #maxWorkingMs: number;
  #activity: ActivityModule | undefined;
  /** What the holder does since this was set, and how long it has worked without other progress. */
  #getActivity: (() => Activity) | undefined;
  #workingMs = 0;
  #lastMs = timers.now();
  #id: string | undefined;
  /** What {@link LockFolder.readProgress} returned for this holder, and how long ago. */
  #progress: string | undefined;
  #checkedMs = 0;
  #version: string | undefined;
  #untouchedMs = 0;
  totalMs = 0;
  /** How long there was no progress. */
  waitedMs = 0;
  occupant: Occupant | undefined;
  liveness: Liveness = 'unknown';

  constructor(lock: LockFolder, maxWorkingMs: number) {
    this.#lock = lock;
    this.#maxWorkingMs = maxWorkingMs;
  }

  /** Makes {@link observe} check what the holder does. Only needed, and loaded, when the wait is long. */
  async loadActivity(): Promise<void> {
    this.#activity ??= await import('../keyrings/process-activity.ts');
  }

  get self(): LockHolder {
    return this.#lock.self;
  }

  /** Returns whether the lock's holder is alive. A holder that has lost the lock counts as dead. */
  observe(occupant: Occupant | undefined): Liveness {
    const now = timers.now();
    const pauseMs = now - this.#lastMs <= maxObservedPauseMs ? now - this.#lastMs : 0;
    this.#lastMs = now;
    this.totalMs += pauseMs;
    this.occupant = occupant;
    this.#untouchedMs = occupant?.version === this.#version ? this.#untouchedMs + pauseMs : 0;
    this.#version = occupant?.version;
    this.liveness = this.#judge(occupant);
    this.waitedMs += pauseMs;
    this.#checkedMs += pauseMs;
    // In a crowd, the lock passes on quickly, and reading what all the others wait for would slow down everybody.
    if (occupant?.id === this.#id && this.#checkedMs < progressIntervalMs) return this.liveness;
    const progress = occupant?.id === this.#id ? this.#lock.readProgress(occupant) : undefined;
    const isNew = progress === undefined || (this.#progress !== undefined && progress !== this.#progress);
    this.#workingMs = isNew ? 0 : this.#workingMs + this.#checkedMs;
    if (isNew || this.#isWorking(occupant)) this.waitedMs = 0;
    [this.#id, this.#progress, this.#checkedMs] = [occupant?.id, progress, 0];
    return this.liveness;
  }

  /** Whether it's worth waiting until the holder has lost the lock. */
  get mayBeLost(): boolean {
    const { occupant } = this;
    const isExpected = occupant !== undefined && !occupant.isForeign && this.liveness === 'unknown';
    return isExpected && this.#untouchedMs >= silentMs && this.#untouchedMs < lostMs;
  }

  /** Returns whether the holder has worked since the last call. */
  #isWorking(occupant: Occupant | undefined): boolean {
    const isWorking = this.#getActivity?.() === 'working' && this.#workingMs < this.#maxWorkingMs;
    const [activity, holder] = [this.#activity, this.liveness === 'alive' ? occupant?.holder : undefined];
    this.#getActivity = holder && activity?.watchProcesses(() => activity.findDescendants(holder.pid));
    return isWorking;
  }

  #judge(occupant: Occupant | undefined): Liveness {
    if (occupant === undefined) return 'unknown';
    if (occupant.isForeign) return 'alive';
    const { holder, touchedMs } = occupant;
    const liveness = holder ? findLiveness(holder, this.#lock.self, touchedMs) : 'unknown';
    if (liveness !== 'unknown' || this.#untouchedMs < lostMs) return liveness;
    return holder && mayBeSuspended(holder, this.#lock.self, touchedMs) ? 'alive' : 'dead';
  }
}

function toAction({ isOnlyLock }: LockedFile): 'locked' | 'taken' {
  return isOnlyLock ? 'taken' : 'locked';
}

/** Something that isn't a folder, such as a file or a link, may be where the lock should be. */
function toLockError(file: LockedFile, cause: unknown): CredentialError {
  const path = `${file.path}.lock`;
  if (errnoCode(cause) !== 'ENOTDIR' || !existsAsOther(path)) return ioError(file, toAction(file), cause);
  const message = `${describeFile(file)} cannot be ${toAction(file)}: ${path} is not a folder`;
  return new CredentialError('file-io', message, { cause, hint: 'move it aside, and find out who put it there' });
}

function existsAsOther(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    return false;
  }
}

function busyError(file: LockedFile, { occupant, liveness, waitedMs, self }: Watch): CredentialError {
  const holder = occupant?.holder;
  const seconds = Math.round(waitedMs / 1000);
  const place = holder && holder.host !== self.host ? ` on ${holder.host}` : '';
  const who = holder ? `process ${holder.pid} (${holder.program})${place}` : 'another process';
  return new CredentialError(
    'file-busy',
    `${who} has kept ${describeFile(file)}${file.isOnlyLock ? '' : ' locked'} for ${seconds} seconds`,
    {
      hint:
        holder === undefined
          ? `try again; if no other program uses it, remove the folder ${file.path}.lock`
          : liveness === 'alive' && isSuspended(holder)
            ? `that process is suspended; continue it: kill -CONT ${holder.pid}`
            : 'try again when that process is done',
    },
  );
}
