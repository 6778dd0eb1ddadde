import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeProcess, type LockHolder, serialiseHolder } from '../../src/adapters/files/lock-holder.ts';

export const nonce = '0123456789abcdef';

/** The test's parent process, which outlives the test. Linux only. */
export const parentProcess = (): LockHolder => describeOther(process.ppid);

export const onAnotherMachine = (): LockHolder => ({
  ...describeProcess(),
  pid: 1,
  boot: 'other',
  host: 'other.example',
});

/** Describes another process of this machine. Linux only. */
export function describeOther(pid: number): LockHolder {
  return { ...describeProcess(), pid, started: readStart(pid) };
}

function readStart(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Creates a folder as a process does that holds a lock or waits for it. Returns the path of the record. */
export function occupy(folder: string, holder: LockHolder, name = nonce): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), serialiseHolder(holder));
  return join(folder, name);
}
