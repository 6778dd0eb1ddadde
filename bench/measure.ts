import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** A whole process to be timed. */
export interface Subject {
  readonly name: string;
  readonly argv: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface Measured {
  readonly name: string;
  readonly minMs: number;
  readonly medianMs: number;
  readonly peakMiB: number;
  /** Each run, in ms, in the order of the turns: the same turn of two subjects is a pair. */
  readonly runsMs: readonly number[];
}

/** Times subjects in turn, so that whatever else the machine does meets all of them alike. */
export function measure(subjects: readonly Subject[], runs: number): Map<string, Measured> {
  const { stdout, stderr, status } = spawnSync('python3', [resolve('bench/paired.py')], {
    input: JSON.stringify({ runs, subjects }),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr.trim() || 'python3 is needed to measure');
  const results = JSON.parse(stdout) as [ms: number, peakKiB: number][][];
  return new Map(
    subjects.map(({ name }, index) => {
      const runsMs = (results[index] ?? []).map(([ms]) => ms);
      const peakMiB = median((results[index] ?? []).map(([, peakKiB]) => peakKiB)) / 1024;
      return [name, { name, minMs: Math.min(...runsMs), medianMs: median(runsMs), peakMiB, runsMs }];
    }),
  );
}

/** The median of what one takes of the other, pair by pair. */
export function ratio(one: Measured, other: Measured): number {
  return median(one.runsMs.map((ms, turn) => ms / (other.runsMs[turn] ?? Number.NaN)));
}

/** The median of what one takes over the other, pair by pair, in ms. */
export function excessMs(one: Measured, other: Measured): number {
  return median(one.runsMs.map((ms, turn) => ms - (other.runsMs[turn] ?? Number.NaN)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
