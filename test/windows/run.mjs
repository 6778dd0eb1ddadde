// Runs the tests of this folder: on Windows as they are, on Linux by a Node for Windows under Wine.
import { spawnSync } from 'node:child_process';
import { underWine } from './wine/under-wine.mjs';

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/windows/vitest.config.ts'];
const args = [...vitest, ...process.argv.slice(2)];
const env = {
  CI: 'true',
  REQUIRE_STORES: 'credential-manager-native,credential-manager-native-exact-target,file-home,file-passphrase,memory',
};

process.exitCode =
  process.platform === 'win32'
    ? (spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1)
    : await underWine(args, env);
