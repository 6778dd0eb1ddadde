import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Kills a process that doesn't end within `limitMs`, and then sets `late`. On Linux, time that the process spent waiting for
 * a busy CPU doesn't count. A process that hangs sleeps, so it is still killed in time.
 */
export function killAfter(child: ChildProcess, limitMs: number): { readonly late: boolean } {
  const startedMs = performance.now();
  const limit = { late: false };
  const timer = setInterval(() => {
    limit.late = performance.now() - startedMs - readDelayMs(child) >= limitMs;
    if (limit.late) child.kill('SIGKILL');
  }, 50);
  child.once('exit', () => clearInterval(timer));
  return limit;
}

/** Linux, Documentation/scheduler/sched-stats: the second number is the time spent waiting to run, in nanoseconds. */
function readDelayMs({ pid }: ChildProcess): number {
  try {
    const [, delayNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(delayNs) / 1e6;
  } catch {
    return 0;
  }
}
