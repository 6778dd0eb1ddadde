import { readdirSync, readFileSync } from 'node:fs';
import { timers } from '../process/timers.ts';

/**
 * - `working`: at least one of the processes computes, waits for a processor or a disk, or has just started
 * - `suspended`: a signal such as SIGSTOP has suspended one
 * - `idle`: all of them wait, for each other or for a user; or this system doesn't say
 */
export type Activity = 'working' | 'suspended' | 'idle';

/** How much of the time a process runs, or waits for a processor, if it's working. */
const workingShare = 0.02;

/** Watches the processes that `find` returns, process IDs on Linux. The returned function says what they have done since. */
export function watchProcesses(find: () => readonly number[]): () => Activity {
  const startedMs = timers.now();
  const before = new Map(find().map((pid) => [pid, readScheduledNs(pid)]));
  return () => {
    const elapsedNs = (timers.now() - startedMs) * 1e6;
    const pids = find();
    const states = pids.map((pid) => readStatus(pid, 'State')[0] ?? '');
    if (states.some((state) => /^[Tt]/.test(state))) return 'suspended';
    const isWorking = (pid: number, index: number) =>
      /^[RD]/.test(states[index] ?? '') ||
      !before.has(pid) ||
      readScheduledNs(pid) - (before.get(pid) ?? 0) > elapsedNs * workingShare;
    return pids.some(isWorking) ? 'working' : 'idle';
  };
}

/** Returns a process and those that it started, directly or not. proc_tid_children(5). */
export function findDescendants(pid: number): readonly number[] {
  const children = listNumbers(`/proc/${pid}/task`).flatMap((thread) =>
    tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1'), '')
      .trim()
      .split(' ')
      .filter((child) => child !== ''),
  );
  return [pid, ...children.flatMap((child) => findDescendants(Number(child)))];
}

/** Returns the processes of GnuPG that serve `folder`, such as its agent: others start them once, and they keep running. */
export function findGnuPgServers(folder: string): readonly number[] {
  return listNumbers('/proc').filter((pid) => {
    const [program = '', ...args] = tryRead(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1'), '').split('\0');
    return /(^|\/)(gpg-agent|scdaemon|keyboxd)$/.test(program) && args.includes(folder);
  });
}

/** How long the threads of a process have run or waited for a processor. proc_pid_schedstat(5). */
function readScheduledNs(pid: number): number {
  const threads = listNumbers(`/proc/${pid}/task`).map((thread) => {
    const [running, waiting] = tryRead(() => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1'), '').split(
      ' ',
    );
    return Number(running) + Number(waiting ?? 0);
  });
  return threads.reduce((sum, each) => sum + each, 0);
}

/** Returns the words of a line of proc_pid_status(5). */
function readStatus(pid: number, key: string): readonly string[] {
  const text = tryRead(() => readFileSync(`/proc/${pid}/status`, 'latin1'), '');
  const line = text.split('\n').find((each) => each.startsWith(`${key}:`));
  return (
    line
      ?.slice(key.length + 1)
      .trim()
      .split(/\s+/) ?? []
  );
}

function listNumbers(folder: string): readonly number[] {
  return tryRead(() => readdirSync(folder), [])
    .map(Number)
    .filter(Number.isInteger);
}

function tryRead<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
