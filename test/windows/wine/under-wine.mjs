import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow } from './follow.mjs';
import { copyForWindows } from './project.mjs';
import { missingWine, Wine } from './wine.mjs';

/** For the tests alone. What hangs for longer than a test may is vitest's to end. */
const limitMs = 15 * 60_000;

/** Runs Node for Windows with these arguments on a copy of the project, and gives its exit code. */
export async function underWine(args, env) {
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
    return await Promise.race([runIn(folder, wine, args, env), calledOff]);
  } finally {
    await wine.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runIn(folder, wine, args, env) {
  const project = join(folder, 'project');
  const [{ node }] = await Promise.all([copyForWindows(project), wine.make()]);
  const log = join(folder, 'output.txt');
  const output = openSync(log, 'w');
  const unfollow = follow(log);
  try {
    const preload = `--import=file:///Z:${join(project, 'test/windows/wine/no-keep-alive.mjs')}`;
    const options = { cwd: project, output, limitMs, env: { ...env, NODE_OPTIONS: preload } };
    return (await wine.start(node, args, options)) ?? 1;
  } finally {
    unfollow();
    closeSync(output);
  }
}
