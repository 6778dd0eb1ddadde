import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { basename, extname, isAbsolute } from 'node:path';
import { timers } from '../process/timers.ts';
import { errnoCode } from './file-errors.ts';

/** The process that holds a lock or waits for it. Everything that its system can't tell is ''. */
export interface LockHolder {
  readonly pid: number;
  /** When the process started, in the unit of proc_pid_stat(5). The process ID may be reused by a process that starts later. */
  readonly started: string;
  /** Differs after each start of the system. */
  readonly boot: string;
  /** The namespaces that the process ID and the start time belong to: pid_namespaces(7), time_namespaces(7). */
  readonly namespaces: string;
  readonly host: string;
  /** For messages. */
  readonly program: string;
}

const format = 'keystow-lock';
export const maxRecordBytes = 4096;

/** Describes this process. */
export function describeProcess(): LockHolder {
  const script = process.argv[1] ?? '';
  return {
    pid: process.pid,
    started: findProcessStart(process.pid),
    boot: tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    namespaces: ['pid', 'time'].map((kind) => tryRead(() => readlinkSync(`/proc/self/ns/${kind}`))).join(' '),
    host: hostname(),
    // Node makes a script's path absolute. With `node -e`, this is an argument, which may be a secret.
    program: isAbsolute(script) ? basename(script, extname(script)) : basename(process.execPath),
  };
}

export function serialiseHolder(holder: LockHolder): string {
  return `${JSON.stringify({ format, ...holder })}\n`;
}

/** Returns `undefined` if the text isn't a complete record of a holder. */
export function parseHolder(text: string): LockHolder | undefined {
  let record: Readonly<Record<string, unknown>>;
  try {
    record = Object(JSON.parse(text));
  } catch {
    return undefined;
  }
  const { pid } = record;
  if (record.format !== format || typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const textOf = (key: keyof LockHolder) => String(record[key] ?? '');
  return {
    pid,
    started: textOf('started'),
    boot: textOf('boot'),
    namespaces: textOf('namespaces'),
    host: textOf('host'),
    program: textOf('program'),
  };
}

export function isSameProcess(a: LockHolder, b: LockHolder): boolean {
  return (['pid', 'started', 'boot', 'namespaces', 'host'] as const).every((key) => a[key] === b[key]);
}

/** `unknown`: it can't be checked from here, or not exactly. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** Returns whether a process that last touched its record at `touchedMs` still runs. */
export function findLiveness(holder: LockHolder, self: LockHolder, touchedMs: number): Liveness {
  if (holder.boot !== self.boot) {
    const isKnown = holder.boot !== '' && self.boot !== '' && holder.host === self.host;
    // A record that was touched since this system started belongs to another machine with the same name.
    return isKnown && touchedMs < timers.dateNow() - uptime() * 1000 ? 'dead' : 'unknown';
  }
  if (holder.namespaces !== self.namespaces || (self.boot === '' && holder.host !== self.host)) return 'unknown';
  if (!hasProcess(holder.pid)) return 'dead';
  // A worker thread that was terminated may have left the lock behind.
  if (holder.pid === self.pid && holder.started === self.started) return 'unknown';
  const current = holder.started !== '' && canReadProcesses() ? readProcess(holder.pid) : undefined;
  if (current === undefined) return 'unknown';
  const isGone = current.started !== holder.started || ['Z', 'X'].includes(current.state);
  return isGone ? 'dead' : 'alive';
}

/** How far the clock may have been set back between a process's start and the last time it touched its record. */
const clockToleranceMs = 60_000;

/**
 * Returns whether a holder of `unknown` liveness that no longer touches its record may be alive: ps(1) shows a process of
 * this machine that started before the record was last touched, so the process ID wasn't reused.
 */
export function mayBeSuspended(
  { pid, boot, namespaces, host }: LockHolder,
  self: LockHolder,
  touchedMs: number,
): boolean {
  const isLocal = host === self.host && boot === self.boot && namespaces === self.namespaces;
  // On Linux, ps reads what findLiveness has read. Windows has none.
  if (!isLocal || pid === self.pid || ['linux', 'win32'].includes(process.platform)) return false;
  const environment = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { env: environment, encoding: 'utf8' });
  return Date.parse(`${stdout ?? ''} UTC`) <= touchedMs + clockToleranceMs;
}

/** Returns whether a signal such as SIGSTOP has suspended a process of this machine. */
export function isSuspended({ pid }: LockHolder): boolean {
  return canReadProcesses() && ['T', 't'].includes(readProcess(pid)?.state ?? '');
}

/** Returns when a process of this machine started, in the unit of proc_pid_stat(5), or '' if that can't be read. */
export function findProcessStart(pid: number): string {
  return canReadProcesses() ? (readProcess(pid)?.started ?? '') : '';
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoCode(error) !== 'ESRCH';
  }
}

/** Whether /proc shows the processes of this process's own namespace. */
function canReadProcesses(): boolean {
  return tryRead(() => readlinkSync('/proc/self')) === String(process.pid);
}

/** proc_pid_stat(5). The name, in parentheses, may contain anything. */
function readProcess(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, started] = [fields[0], fields[19]];
  return state && started ? { state, started } : undefined;
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
