import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow } from './follow.mjs';
import { copyForWindows } from './project.mjs';
import { missingWine, Wine } from './wine.mjs';

/** For the tests alone. What hangs for longer than a test may is vitest's to end. */
const limitMs = 30 * 60_000;

/**
 * Runs Node for Windows with the arguments of each run, all at once, each in a Windows of its own, on one copy of the project.
 * Prints what they print, one after the other, and gives 1 where one of them fails.
 */
export async function underWine(runs, env) {
  const missing = await missingWine();
  if (missing !== undefined) {
    process.stderr.write(`The tests for Windows need Wine here: ${missing}\n`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'keystow-wine-'));
  const started = runs.map((args, index) => ({ args, wine: new Wine(join(folder, `${index}`)) }));
  const calledOff = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    return await Promise.race([runIn(join(folder, 'project'), started, env), calledOff]);
  } finally {
    await Promise.all(started.map(({ wine }) => wine.end()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runIn(project, started, env) {
  const [{ node }] = await Promise.all([copyForWindows(project), ...started.map(({ wine }) => wine.make())]);
  const preload = `--import=file:///Z:${join(project, 'test/windows/wine/no-keep-alive.mjs')}`;
  const options = { cwd: project, limitMs, env: { ...env, NODE_OPTIONS: preload } };
  const running = started.map(({ args, wine }) => wine.start(node, args, options));
  const exits = Promise.all(running.map(({ exit }) => exit));
  for (const { output, exit } of running) {
    const unfollow = follow(output);
    await Promise.race([exit, exits]).finally(unfollow);
  }
  const ends = await exits;
  if (ends.includes(null))
    process.stderr.write(`The tests for Windows did not end within ${limitMs / 60_000} minutes\n`);
  return ends.every((end) => end === 0) ? 0 : 1;
}
