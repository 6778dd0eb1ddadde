// Checks that Nodes which are too old are rejected in one line, and runs the unit, contract and command-line suites on every Node that is supported, or on those given: `[--whole] [MAJOR…]`.
// With --whole, everything that `npm test` and `npm run test:slow` have.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

/** Runs the suites on one Node, and returns the counts of its last line and its exit code. */
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

/** Runs every program and the library on a Node that is too old, and throws unless each prints the one line. */
function checkOldNode(node) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const check = (name, args) => {
    const { stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', timeout: 60_000 });
    const line = `${name} needs Node.js 20.19 or newer; this is ${version}\n`;
    if (stderr !== line && stdout !== line) throw new Error(`${name} on ${version}: ${stdout}${stderr}`);
  };
  for (const [name, path] of Object.entries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).bin))
    check(name, [join(root, path), '--version']);
  for (const path of ['dist/cjs/index.cjs', 'dist/cjs/keytar.cjs'])
    check('keystow', ['-p', `try { require(${JSON.stringify(join(root, path))}) } catch (error) { error.message }`]);
  // By its name, as the conditions in package.json decide which file it is.
  const importing = join(folder, 'importing.mjs');
  for (const name of ['keystow', 'keystow/keytar']) {
    writeFileSync(importing, `import * as library from '${name}';\nconsole.log(library);\n`);
    const { stderr } = spawnSync(node, [importing], { encoding: 'utf8', timeout: 60_000 });
    const error = `\nError: keystow needs Node.js 20.19 or newer; this is ${version}\n`;
    if (!stderr.includes(error)) throw new Error(`import of ${name} on ${version}: ${stderr}`);
  }
  process.stdout.write(`Node ${version} is rejected in one line\n`);
}

const nodeOf = install(folder);
symlinkSync(root, join(folder, 'node_modules/keystow'));
if (majors.length === 0 && process.platform === 'linux' && process.arch === 'x64')
  for (const major of ['12', '14', '16', '18']) checkOldNode(nodeOf(major));
const total = [0, 0, 0];
for (const major of majors.length > 0 ? majors : ['20', '22', '24', '26']) {
  const node = nodeOf(major);
  process.stdout.write(`\nNode ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout}`);
  const { counts, exit } = await run(node);
  for (const [index, count] of counts.entries()) total[index] += count;
  if (exit !== 0) process.exitCode = 1;
}
process.stdout.write(`\n${total[0]} passed, ${total[1]} failed, ${total[2]} skipped\n`);
