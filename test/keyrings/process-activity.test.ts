import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findDescendants, findGnuPgServers, watchProcesses } from '../../src/adapters/keyrings/process-activity.ts';
import { eventually } from '../support/eventually.ts';
import { needsLinux } from '../support/needs.ts';

type Child = ChildProcess & { readonly pid: number };

/** Runs a program until the test ends, in a process group of its own. */
function run(program: string | { command: string; argv0: string }, ...args: readonly string[]) {
  const { command, argv0 } = typeof program === 'string' ? { command: program, argv0: program } : program;
  const child = spawn(command, args, { argv0, stdio: ['pipe', 'ignore', 'ignore'], detached: true }) as Child;
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Starts a program that waits, and waits until it does. */
async function runSleep() {
  const sleep = run('sleep', '1000');
  await eventually(() => expect(readFileSync(`/proc/${sleep.pid}/comm`, 'latin1')).toBe('sleep\n'));
  await eventually(() => expect(readFileSync(`/proc/${sleep.pid}/status`, 'latin1')).toContain('State:\tS'));
  return sleep;
}

describe('what processes do', needsLinux, () => {
  test('a process that computes is working, even if others use the processors', async () => {
    const loop = run('sh', '-c', 'while :; do :; done');
    const getActivity = watchProcesses(() => [loop.pid]);
    expect(getActivity()).toBe('working');
  });

  test('a process that waits is idle', async () => {
    const sleep = await runSleep();
    const getActivity = watchProcesses(() => [sleep.pid]);
    await new Promise(setImmediate);
    expect(getActivity()).toBe('idle');
  });

  test('a process that was stopped by a signal is suspended, until it continues', async () => {
    const sleep = await runSleep();
    const getActivity = watchProcesses(() => [sleep.pid]);
    sleep.kill('SIGSTOP');
    await eventually(() => expect(getActivity()).toBe('suspended'));
    sleep.kill('SIGCONT');
    await eventually(() => expect(watchProcesses(() => [sleep.pid])()).toBe('idle'));
  });

  test('a process that has started meanwhile counts as work', async () => {
    const [first, second] = [await runSleep(), await runSleep()];
    const found = [first.pid];
    const getActivity = watchProcesses(() => found);
    expect(getActivity()).toBe('idle');
    found.push(second.pid);
    expect(getActivity()).toBe('working');
  });

  test('a process that has ended, and no process, is idle', async () => {
    const getActivity = watchProcesses(() => [2 ** 22 + 1]);
    expect(getActivity()).toBe('idle');
    expect(watchProcesses(() => [])()).toBe('idle');
  });

  test('the descendants of a process include the children of its children', async () => {
    const shell = run('sh', '-c', 'sh -c "sleep 1000 & wait" & wait');
    await eventually(() => expect(findDescendants(shell.pid)).toHaveLength(3));
    expect(findDescendants(shell.pid)).toContain(shell.pid);
    process.kill(-shell.pid, 'SIGKILL');
    expect(findDescendants(2 ** 22 + 1)).toHaveLength(1);
  });

  test('GnuPG’s servers are found by their folder', async () => {
    const folder = `/nonexistent/${process.pid}`;
    const agent = run({ command: 'sh', argv0: 'gpg-agent' }, '-c', 'read never', 'sh', '--homedir', folder);
    await eventually(() => expect(findGnuPgServers(folder)).toEqual([agent.pid]));
    expect(findGnuPgServers(`${folder}/other`)).toEqual([]);
  });
});
