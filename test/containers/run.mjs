// Runs the tests of this folder, which build the images of docker/. Takes the arguments of vitest. Needs Docker.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseCLI, startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

if (spawnSync('docker', ['version'], { stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0) {
  process.stderr.write('The tests in containers need Docker: its command, and its daemon running.\n');
  process.exitCode = 1;
} else {
  // Containers are removed by the tests; its reaper is an image of its own, which not every machine can fetch.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
  await startVitest('test', filter, {
    ...options,
    config: false,
    root,
    dir: 'test/containers',
    exclude: ['**/inside/**'],
    watch: false,
    globalSetup: 'test/containers/leftovers.ts',
    // One process builds each image once. Most of a test is waiting, for packages, programs and limits.
    maxWorkers: 1,
    isolate: false,
    maxConcurrency: 4,
    testTimeout: 400_000,
    hookTimeout: 600_000,
  });
}
