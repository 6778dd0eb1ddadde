// Runs the tests of this folder: on Windows as they are, on Linux by a Node for Windows under Wine, and beside them those of
// the other suites that meet the platform. With arguments for vitest, those tests only.
import { spawnSync } from 'node:child_process';
import { underWine } from './wine/under-wine.mjs';

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/windows/vitest.config.ts'];
const wanted = process.argv.slice(2);
const env = {
  CI: 'true',
  REQUIRE_STORES: 'credential-manager-native,credential-manager-native-visible-target,file-home,file-passphrase,memory',
};

if (process.platform === 'win32') {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } };
  process.exitCode = spawnSync(process.execPath, [...vitest, ...wanted], options).status ?? 1;
} else {
  // Those that take about as long, each in a Windows of its own.
  const projects = [['stores'], ['transcripts', 'ordinary']];
  const runs = wanted.length > 0 ? [wanted] : projects.map((names) => names.map((name) => `--project=${name}`));
  process.exitCode = await underWine(
    runs.map((args) => [...vitest, ...args]),
    env,
  );
}
