import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { LockFolder, type Occupant } from '../../src/adapters/files/lock-folder.ts';
import { newPlace } from '../encrypted-file/place.ts';
import { failCall, watched } from './watched-disk.ts';

vi.mock('node:fs', async (original) => (await import('./watched-disk.ts')).watchedDisk(await original()));

class Killed extends Error {}

/** A process, which takes one step after the other. */
class Process {
  readonly lock: LockFolder;
  isDead = false;
  isRunning = false;
  holds = false;
  seen: Occupant | undefined;

  constructor(path: string) {
    this.lock = new LockFolder(path);
  }
}

type Step = 'examine' | 'evict' | 'take' | 'release' | 'die';
const steps: readonly Step[] = ['examine', 'evict', 'take', 'release', 'die'];

/** Three processes on one lock. Before each system call, another process may run, or the process is killed. */
class Machine {
  readonly path = `${newPlace().path}.lock`;
  readonly processes = [0, 1, 2].map(() => new Process(this.path));
  readonly releases: Promise<void>[] = [];
  /** The processes by the names of their records. */
  readonly #owners = new Map<string, Process>();
  readonly #running: Process[] = [];
  readonly #decisions: number[];

  constructor(decisions: readonly number[]) {
    this.#decisions = [...decisions];
  }

  onSystemCall(): void {
    const process = this.#running.at(-1);
    if (process === undefined) return;
    const decision = this.#decisions.pop() ?? 99;
    if (decision === 0) process.isDead = true;
    // A dead process makes no further calls, not even to clean up.
    if (process.isDead) throw new Killed();
    if (decision <= 15) this.run(decision % 3, steps[decision % 5] ?? 'take');
  }

  run(number: number, step: Step): void {
    const process = this.processes[number];
    if (process === undefined || process.isRunning) return;
    process.isRunning = true;
    this.#running.push(process);
    try {
      this.#perform(process, step);
    } catch (error) {
      if (!process.isDead) throw error;
    } finally {
      this.#running.pop();
      process.isRunning = false;
      // Another process takes the place of a dead one.
      if (process.isDead && this.processes[number] === process) this.processes[number] = new Process(this.path);
    }
  }

  #perform(process: Process, step: Step): void {
    const { lock } = process;
    switch (step) {
      case 'examine':
        process.seen = lock.examine();
        return;
      case 'evict': {
        const owner = this.#owners.get(process.seen?.nonce ?? '');
        if (process.seen && (owner?.isDead || process.seen.nonce === undefined)) lock.evict(process.seen);
        return;
      }
      case 'die':
        process.isDead = true;
        return;
      case 'take':
        if (process.holds) return;
        this.#owners.set(lock.nonce, process);
        process.holds = lock.take();
        this.expectOneHolder();
        return;
      case 'release':
        process.holds = false;
        // It removes its record now, and the folder when the run ends, as if it were suspended in between.
        this.releases.push(lock.release());
        if (!process.isDead) this.processes[this.processes.indexOf(process)] = new Process(this.path);
    }
  }

  expectOneHolder(): void {
    const holders = this.processes.filter(({ holds, isDead }) => holds && !isDead);
    expect(holders.length).toBeLessThanOrEqual(1);
  }
}

const runs = 200;
test(`${runs} interleavings of three processes: one holder at most, which keeps the lock, and nobody is locked out`, async () => {
  let machine: Machine | undefined;
  for (const call of watched) {
    failCall(call, () => {
      machine?.onSystemCall();
      return undefined;
    });
  }
  const actions = fc.array(fc.record({ process: fc.nat(2), step: fc.constantFrom(...steps) }), {
    minLength: 10,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(actions, fc.array(fc.nat(40), { maxLength: 150 }), async (actions, decisions) => {
      const current = new Machine(decisions);
      const { path, processes, releases } = current;
      machine = current;
      for (const { process, step } of actions) {
        current.run(process, step);
        current.expectOneHolder();
      }
      machine = undefined;
      await Promise.all(releases);
      for (const { holds, lock } of processes) if (holds) expect(lock.isHeld()).toBe(true);
      await Promise.all(processes.map(({ lock }) => lock.release()));
      const last = new LockFolder(path);
      for (let occupant = last.examine(); occupant; occupant = last.examine()) last.evict(occupant);
      expect(last.take()).toBe(true);
      await last.release();
    }),
    { numRuns: runs },
  );
});
