// Runs the unit, contract and command-line suites on every Node that is supported, or on those given: `[--whole] [MAJOR…]`.
// With --whole, everything that `npm test` and `npm run test:slow` have.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const suites = ['domain', 'app', 'native', 'contract', 'encrypted-file', 'placement-file', 'cli'];

const args = process.argv.slice(2);
const majors = args.filter((arg) => /^\d+$/.test(arg));
const paths = args.includes('--whole') ? [] : suites.map((suite) => `test/${suite}/`);

/** Installs the Nodes of test/runtimes for this machine, by their lock file. Gives the path of each. */
function install(folder) {
  for (const file of ['package.json', 'package-lock.json'])
    cpSync(join(root, 'test/runtimes', file), join(folder, file));
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 300_000,
  });
  if (npm.status !== 0) throw new Error('the Nodes could not be installed');
  return (major) => {
    const node = join(folder, 'node_modules', `node-${major}-${process.platform}-${process.arch}`, 'bin/node');
    if (!existsSync(node))
      throw new Error(`test/runtimes has no Node ${major} for ${process.platform} ${process.arch}`);
    return node;
  };
}

const limitMs = 60 * 60_000;

/** Runs the suites on one Node, and gives what its last line counts and its exit code. */
function run(node) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...paths], {
      cwd: root,
      env: { ...process.env, CI: 'true' },
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own: its workers end with it.
      detached: true,
    });
    const kill = () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL');
    };
    process.prependOnceListener('exit', kill);
    const limit = setTimeout(kill, limitMs);
    let end = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      end = (end + chunk).slice(-200);
    });
    child.once('error', reject);
    child.once('close', (exit) => {
      clearTimeout(limit);
      if (exit === null) process.stderr.write(`They did not end within ${limitMs / 60_000} minutes\n`);
      const counts = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(end)?.slice(1).map(Number) ?? [0, 0, 0];
      resolve({ counts, exit: exit ?? 1 });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'keystow-nodes-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const nodeOf = install(folder);
const total = [0, 0, 0];
for (const major of majors.length > 0 ? majors : ['20', '22', '24', '26']) {
  const node = nodeOf(major);
  process.stdout.write(`\nNode ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout}`);
  const { counts, exit } = await run(node);
  for (const [index, count] of counts.entries()) total[index] += count;
  if (exit !== 0) process.exitCode = 1;
}
process.stdout.write(`\n${total[0]} passed, ${total[1]} failed, ${total[2]} skipped\n`);
