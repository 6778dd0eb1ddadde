import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { timers } from '../process/timers.ts';
import { errnoCode, isBusy, retryWhileBusy } from './file-errors.ts';
import {
  describeProcess,
  findLiveness,
  isSameProcess,
  type LockHolder,
  maxRecordBytes,
  parseHolder,
  serialiseHolder,
} from './lock-holder.ts';

/** The state of the path of a lock. */
export interface Occupant {
  /** Differs from that of every other holder. */
  readonly id: string;
  /** Name of the record in the folder. Unique, so removing it never removes another holder's. */
  readonly nonce?: string;
  /** Absent if the record can't be read. */
  readonly holder?: LockHolder;
  /** Changes whenever the holder touches its record. */
  readonly version: string;
  readonly touchedMs: number;
  /** Something that no version of keystow creates. It's never removed. */
  readonly isForeign: boolean;
}

const noncePattern = /^[0-9a-f]{16}$/;
const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
/** A lock, or the folder that a process creates before it takes the lock. */
const lockPattern = /^(.+\.lock)(?:\.[0-9a-f]{16})?$/;
/** How long the folder of a process that can't be checked is left alone. If it's still waiting, it creates it again. */
const abandonedMs = 3_600_000;

/**
 * A lock in the file system: the folder `path`. It contains one file, which describes the holder and has a name that was
 * never used before.
 *
 * - taken: by renaming a complete folder, `path.<nonce>`, to `path`. That fails if the lock isn't empty
 * - released, or taken from a dead holder: by removing the file of exactly that holder, then the empty folder
 *
 * keystow 0.1 creates an empty folder, and sets its modification time once per second.
 */
export class LockFolder {
  readonly self = describeProcess();
  /** Name of the record. */
  readonly nonce = randomBytes(8).toString('hex');
  readonly #path: string;
  readonly #temp: string;
  readonly #record: string;

  constructor(path: string) {
    this.#path = path;
    this.#temp = `${path}.${this.nonce}`;
    this.#record = join(path, this.nonce);
  }

  /** Creates the folder that {@link take} renames. It also shows other processes what this one is waiting for. */
  announce(): void {
    const record = join(this.#temp, this.nonce);
    if (lstatSync(record, { throwIfNoEntry: false }) !== undefined) return;
    if (lstatSync(this.#temp, { throwIfNoEntry: false }) === undefined) mkdirSync(this.#temp, { mode: 0o700 });
    // The umask may have removed the owner's permissions too.
    if (process.platform !== 'win32') chmodSync(this.#temp, 0o700);
    const descriptor = openSync(record, createFlags, 0o600);
    try {
      if (process.platform !== 'win32') fchmodSync(descriptor, 0o600);
      writeFileSync(descriptor, serialiseHolder(this.self));
    } finally {
      closeSync(descriptor);
    }
  }

  /** Takes the lock if it's free. Returns `false` if another process was faster. */
  take(): boolean {
    this.announce();
    try {
      renameSync(this.#temp, this.#path);
      if (this.isHeld()) return true;
      // Another process has just removed the record as unfinished.
      rmdirSync(this.#path);
    } catch (error) {
      const lost = ['ENOTEMPTY', 'EEXIST'].includes(errnoCode(error) ?? '') || isBusy(error);
      // A network file system may report a failure although it has renamed.
      if (!lost && !this.isHeld()) throw error;
    }
    return this.isHeld();
  }

  isHeld(): boolean {
    return lstatSync(this.#record, { throwIfNoEntry: false }) !== undefined;
  }

  /** Shows other machines, which can't check the process, that it's alive. */
  touch(): void {
    const now = new Date();
    try {
      utimesSync(this.#record, now, now);
    } catch {
      // Only the lock's loss matters, and isHeld() shows it.
    }
  }

  /** Releases the lock, if it's still held, or stops waiting for it. Never rejects: the next process removes the rest. */
  async release(): Promise<void> {
    try {
      if (await retryWhileBusy(() => removeRecord(this.#record))) await retryWhileBusy(() => rmdirSync(this.#path));
    } catch {}
    try {
      rmSync(this.#temp, { recursive: true, force: true });
    } catch {}
  }

  /** Returns `undefined` if the lock is free. Throws the system's error. */
  examine(): Occupant | undefined {
    return examine(this.#path);
  }

  /** Removes a holder that is dead or lost, and nobody else. The lock is free afterwards, or has another holder. */
  evict({ nonce, version }: Occupant): void {
    if (nonce !== undefined) removeRecord(join(this.#path, nonce));
    else if (this.examine()?.version !== version) return;
    try {
      rmdirSync(this.#path);
    } catch (error) {
      // Another process has taken the lock.
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(errnoCode(error) ?? '') && !isBusy(error)) throw error;
    }
  }

  /**
   * Returns a text that changes whenever the holder makes progress with the locks in the same folder: it takes or releases
   * one, or one that it waits for gets another holder.
   */
  readProgress(occupant: Occupant | undefined): string {
    // A wait of this process isn't progress of the holder, even if the holder is in the same process.
    const seen = new Set([this.nonce]);
    addProgress(dirname(this.#path), occupant, seen);
    return [...seen].sort().join();
  }

  /** Removes the locks and the unfinished folders of killed processes. Never throws. */
  removeOrphans(): void {
    const folder = dirname(this.#path);
    for (const { name } of listLocks(folder)) removeOrphan(join(folder, name), this.self);
  }
}

function examine(path: string): Occupant | undefined {
  let names: readonly string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [nonce] = names;
  const isForeign = names.length > 1 || (nonce !== undefined && !noncePattern.test(nonce));
  if (nonce === undefined || isForeign) {
    const stats = statSync(path, { throwIfNoEntry: false });
    const id = stats && [stats.dev, stats.ino, stats.birthtimeMs].join();
    return stats && { id: `${id}`, version: `${id} ${stats.mtimeMs}`, touchedMs: stats.mtimeMs, isForeign };
  }
  const { text, mtimeMs } = readRecord(join(path, nonce));
  const holder = parseHolder(text);
  return { id: nonce, nonce, ...(holder && { holder }), version: `${nonce} ${mtimeMs}`, touchedMs: mtimeMs, isForeign };
}

const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens the record, because a network file system then reports its current time. Returns '' for one that can't be read. */
function readRecord(path: string): { readonly text: string; readonly mtimeMs: number } {
  try {
    const descriptor = openSync(path, readFlags);
    try {
      const stats = fstatSync(descriptor);
      const isRecord = stats.isFile() && stats.size <= maxRecordBytes;
      return { text: isRecord ? readFileSync(descriptor, 'utf8') : '', mtimeMs: stats.mtimeMs };
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return { text: '', mtimeMs: lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  }
}

/** Returns whether it was there. */
function removeRecord(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (errnoCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Adds what identifies a holder, the other locks that its process holds, and the holders of those that it waits for. */
function addProgress(folder: string, occupant: Occupant | undefined, seen: Set<string>): void {
  if (occupant === undefined || seen.has(occupant.id)) return;
  const { id, holder } = occupant;
  seen.add(id);
  if (holder === undefined) return;
  for (const { name, lock } of listLocks(folder)) {
    const other = tryExamine(join(folder, name));
    if (!other?.holder || seen.has(other.id) || !isSameProcess(other.holder, holder)) continue;
    seen.add(other.id);
    if (name !== lock) addProgress(folder, tryExamine(join(folder, lock)), seen);
  }
}

/** Returns the locks in a folder, and the folders of the processes that wait for one. None if it can't be listed. */
function listLocks(folder: string): readonly { readonly name: string; readonly lock: string }[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const [, lock] = lockPattern.exec(name) ?? [];
      return lock === undefined ? [] : [{ name, lock }];
    });
  } catch {
    return [];
  }
}

function tryExamine(path: string): Occupant | undefined {
  try {
    return examine(path);
  } catch {
    return undefined;
  }
}

function removeOrphan(path: string, self: LockHolder): void {
  try {
    const occupant = examine(path);
    if (occupant === undefined || occupant.isForeign) return;
    const { nonce, holder, touchedMs } = occupant;
    // A folder that isn't a lock yet may always be removed: its process creates it again.
    const isAbandoned = !path.endsWith('.lock') && (holder === undefined || timers.dateNow() - touchedMs > abandonedMs);
    if (!isAbandoned && !(holder && findLiveness(holder, self, touchedMs) === 'dead')) return;
    if (nonce !== undefined) removeRecord(join(path, nonce));
    rmdirSync(path);
  } catch {
    // It's in use, or belongs to another user.
  }
}
