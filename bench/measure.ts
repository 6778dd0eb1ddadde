import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** A process to time, from start to exit. */
export interface Subject {
  readonly name: string;
  readonly argv: readonly string[];
  /** Its complete environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Measured {
  readonly name: string;
  readonly minMs: number;
  readonly medianMs: number;
  readonly peakMiB: number;
  /** One entry per turn, in ms. Runs of two subjects in the same turn are a pair. */
  readonly runsMs: readonly number[];
}

/** Runs the subjects in turn, so that other load on the machine affects all of them alike. */
export function measure(subjects: readonly Subject[], runs: number): Map<string, Measured> {
  const { stdout, stderr, status } = spawnSync('python3', [resolve('bench/paired.py')], {
    input: JSON.stringify({ runs, subjects }),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr.trim() || 'measuring requires python3');
  const results = JSON.parse(stdout) as [ms: number, peakKiB: number][][];
  return new Map(
    subjects.map(({ name }, index) => {
      const runsMs = (results[index] ?? []).map(([ms]) => ms);
      const peakMiB = median((results[index] ?? []).map(([, peakKiB]) => peakKiB)) / 1024;
      return [name, { name, minMs: Math.min(...runsMs), medianMs: median(runsMs), peakMiB, runsMs }];
    }),
  );
}

/** The median ratio of the pairs. */
export function ratio(one: Measured, other: Measured): number {
  return median(one.runsMs.map((ms, turn) => ms / (other.runsMs[turn] ?? Number.NaN)));
}

/** The median difference of the pairs, in ms. */
export function excessMs(one: Measured, other: Measured): number {
  return median(one.runsMs.map((ms, turn) => ms - (other.runsMs[turn] ?? Number.NaN)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
