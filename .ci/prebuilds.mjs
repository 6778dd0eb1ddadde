// Installs the run-time dependencies for each platform of difyctl's matrix, from the lock file, and checks that the native
// binding's binary is there. test/package/without-binding.slow.test.ts tests a platform without one.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const targets = JSON.parse(readFileSync(join(root, 'test/docs/prebuilds.json'), 'utf8'));
const install = 'ci --omit=dev --omit=peer --ignore-scripts --no-audit --no-fund --prefer-offline';

for (const { target, os, cpu, libc } of targets) {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-prebuild-'));
  try {
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(folder, file));
    const args = [...install.split(' '), `--os=${os}`, `--cpu=${cpu}`, ...(libc ? [`--libc=${libc}`] : [])];
    const options = { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 };
    const { status } = spawnSync('npm', args, options);
    if (status !== 0) throw new Error(`npm ${args.join(' ')}: exit code ${status}`);
    const binary = `node_modules/@napi-rs/keyring-${target}/keyring.${target}.node`;
    if (!existsSync(join(folder, binary))) throw new Error(`${target}: there is no ${binary}`);
    process.stdout.write(`${target}: ${binary}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
