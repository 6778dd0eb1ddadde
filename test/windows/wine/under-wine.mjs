import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { follow, missingWine, run, Wine } from './wine.mjs';

const root = join(import.meta.dirname, '../../..');

/** Folders that are created anew for Windows, or not needed. */
const excluded = /^(\.git|node_modules|coverage)$/;

/** For the tests alone. vitest ends tests that hang earlier. */
const limitMs = 30 * 60_000;

/**
 * Runs Node for Windows once with each list of arguments, in parallel, each in its own Windows, on one copy of the project.
 * Prints their output one after the other. Resolves with 1 if any of them fails.
 */
export async function underWine(runs, env) {
  const missing = await missingWine();
  if (missing !== undefined) {
    process.stderr.write(`The tests for Windows need Wine: ${missing}\n`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'keystow-wine-'));
  const started = runs.map((args, index) => ({ args, wine: new Wine(join(folder, `${index}`)) }));
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => reject(new Error(signal)));
  });
  try {
    return await Promise.race([runAll(join(folder, 'project'), started, env), interrupted]);
  } finally {
    await Promise.all(started.map(({ wine }) => wine.end()));
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function runAll(project, started, env) {
  const [{ node }] = await Promise.all([copyForWindows(project), ...started.map(({ wine }) => wine.create())]);
  const preload = `--import=file:///Z:${join(project, 'test/windows/wine/no-keep-alive.mjs')}`;
  const options = { cwd: project, limitMs, env: { ...env, NODE_OPTIONS: preload } };
  const running = started.map(({ args, wine }) => wine.start(node, args, options));
  const exits = Promise.all(running.map(({ exit }) => exit));
  for (const { output, exit } of running) {
    const unfollow = follow(output);
    await Promise.race([exit, exits]).finally(unfollow);
  }
  const codes = await exits;
  if (codes.includes(null))
    process.stderr.write(`The tests for Windows did not end within ${limitMs / 60_000} minutes\n`);
  return codes.every((code) => code === 0) ? 0 : 1;
}

/** Copies the built project to `folder`, and installs its dependencies for Windows, according to its lock file. */
async function copyForWindows(folder) {
  cpSync(root, folder, { recursive: true, filter: (path) => !excluded.test(path.slice(path.lastIndexOf('/') + 1)) });
  for (const cwd of [folder, join(folder, 'test/runtimes')]) {
    await run(
      'npm',
      ['ci', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
      {
        cwd,
        stdio: ['ignore', 'ignore', 'inherit'],
        limitMs: 300_000,
      },
    );
  }
  return { node: join(folder, 'test/runtimes/node_modules/node-22-win32-x64/bin/node.exe') };
}
