import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow } from './follow.mjs';
import { copyForWindows } from './project.mjs';
import { missingWine, Wine } from './wine.mjs';

/** For the tests alone. What hangs for longer than a test may is vitest's to end. */
const limitMs = 15 * 60_000;

/**
 * Runs Node for Windows with the arguments of each run, all at once, on one copy of the project. Prints what they print, one
 * after the other, and gives 1 where one of them fails.
 */
export async function underWine(runs, env) {
  const missing = await missingWine();
  if (missing !== undefined) {
    process.stderr.write(`The tests for Windows need Wine here: ${missing}\n`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'keystow-wine-'));
  const wine = new Wine(folder);
  const calledOff = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    return await Promise.race([runIn(folder, wine, runs, env), calledOff]);
  } finally {
    await wine.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runIn(folder, wine, runs, env) {
  const project = join(folder, 'project');
  const [{ node }] = await Promise.all([copyForWindows(project), wine.make()]);
  const preload = `--import=file:///Z:${join(project, 'test/windows/wine/no-keep-alive.mjs')}`;
  const options = { cwd: project, limitMs, env: { ...env, NODE_OPTIONS: preload } };
  const started = runs.map((args, index) => {
    const log = join(folder, `output-${index}.txt`);
    const output = openSync(log, 'w');
    const exit = wine.start(node, args, { ...options, output });
    closeSync(output);
    return { log, exit };
  });
  const exits = Promise.all(started.map(({ exit }) => exit));
  for (const { log, exit } of started) {
    const unfollow = follow(log);
    await Promise.race([exit, exits]).finally(unfollow);
  }
  return (await exits).every((exit) => exit === 0) ? 0 : 1;
}
