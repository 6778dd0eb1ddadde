// `npm run fuzz [-- --seconds N] [--target NAME] [--seed N] [--inputs N]` gives changed inputs of the corpus to every parser of
// untrusted input. It fails if one throws an error that it doesn't declare, breaks a law, hangs, or takes too much memory.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { targets } from './all-targets.ts';
import { createInput, type FuzzTarget, readCorpus } from './target.ts';

/** A parser that takes this long for one input of at most 64 KiB hangs. */
const hangMs = 10_000;
const maxHeapMb = 512;
const findingsFolder = 'dist/fuzz/findings';

interface Job {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  readonly ms: number;
  /** The seed of the current input. */
  readonly progress: Int32Array;
}

if (isMainThread) await main();
else await runJob(workerData as Job);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string' },
      seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` },
      inputs: { type: 'string', default: 'Infinity' },
    },
  });
  const selected = targets.filter(({ name }) => values.target === undefined || values.target === name);
  if (selected.length === 0) throw new Error(`--target is one of ${targets.map(({ name }) => name).join(', ')}`);
  const ms = (Number(values.seconds) * 1000) / selected.length;
  for (const { name } of selected) {
    const progress = new Int32Array(new SharedArrayBuffer(4));
    const job = { target: name, seed: Number(values.seed), inputs: Number(values.inputs), ms, progress };
    const finding = await watchJob(job);
    if (finding === undefined) {
      print(`${name}: ${(progress[0] as number) - job.seed + 1} inputs from seed ${job.seed}, nothing found`);
    } else {
      reportFinding(name, progress[0] as number, finding);
      process.exitCode = 1;
    }
  }
}

/** Runs a job in a thread, which can be ended if a parser hangs. Returns the findings. */
function watchJob(job: Job): Promise<string | undefined> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  return new Promise((resolve) => {
    let [lastSeed, unchangedMs] = [-1, 0];
    const timer = setInterval(() => {
      const seed = Atomics.load(job.progress, 0);
      unchangedMs = seed === lastSeed ? unchangedMs + 1000 : 0;
      lastSeed = seed;
      if (unchangedMs < hangMs) return;
      finish(`it takes longer than ${hangMs / 1000} seconds`);
      void worker.terminate();
    }, 1000);
    const finish = (finding: string | undefined) => {
      clearInterval(timer);
      resolve(finding);
    };
    worker.on('message', (found: string | undefined) => finish(found));
    worker.on('error', (error) => finish(error.stack ?? error.message));
  });
}

async function runJob({ target: name, seed, inputs, ms, progress }: Job): Promise<void> {
  const target = targets.find((target) => target.name === name) as FuzzTarget;
  const corpus = readCorpus(name);
  const end = Date.now() + ms;
  try {
    for (let count = 0; count < inputs && (count === 0 || Date.now() < end); count += 1) {
      Atomics.store(progress, 0, seed + count);
      await target.check(createInput(corpus, seed + count));
    }
    parentPort?.postMessage(undefined);
  } catch (error) {
    parentPort?.postMessage(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    await target.close?.();
  }
}

function reportFinding(name: string, seed: number, finding: string): void {
  const file = join(findingsFolder, `${name}-${seed}`);
  mkdirSync(findingsFolder, { recursive: true });
  writeFileSync(file, createInput(readCorpus(name), seed));
  print(`${name}: seed ${seed} fails: ${finding}`);
  print(`  the input is in ${file}; once it's fixed, add it to test/fuzz/corpus/${name}`);
  print(`  to repeat it: npm run fuzz -- --target ${name} --seed ${seed} --inputs 1`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
