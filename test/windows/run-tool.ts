import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { underWine } from '../support/under-wine.ts';

/** Times that a process is started where Wine fails to start it, as it does once in thousands under load. */
const attempts = 3;

/** Runs a program to its end, 30 s at the most. Throws where it does not start, or takes longer. */
export function runTool(file: string, args: readonly string[]): SpawnSyncReturns<string> {
  for (let attempt = 1; ; attempt += 1) {
    const run = spawnSync(file, args, { encoding: 'utf8', timeout: 30_000 });
    const isToRepeat = underWine && attempt < attempts && (run.error as NodeJS.ErrnoException)?.code === 'UNKNOWN';
    if (isToRepeat) continue;
    if (run.error) throw run.error;
    return run;
  }
}
