// Builds the images of docker/ and runs the tests of this folder. Needs Docker.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

function run(command, ...args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

if (!run('docker', 'version')) {
  process.stderr.write('The tests in containers need Docker: its command, and its daemon running.\n');
  process.exitCode = 1;
} else if (!run('docker/build.sh')) {
  process.stderr.write('The images of docker/ could not be built.\n');
  process.exitCode = 1;
} else {
  // Containers are removed by the tests; its reaper is an image of its own, which not every machine can fetch.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  await startVitest('test', process.argv.slice(2), {
    config: false,
    root,
    dir: 'test/containers',
    exclude: ['**/inside/**'],
    watch: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  });
}
