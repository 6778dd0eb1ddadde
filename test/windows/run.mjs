// Runs the tests of this folder: on Windows directly, on Linux with a Node for Windows under Wine, together with the tests
// of other folders that depend on the platform. Arguments for vitest replace that selection.
import { spawnSync } from 'node:child_process';
import { underWine } from './wine/under-wine.mjs';

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/windows/vitest.config.ts'];
const vitestArguments = process.argv.slice(2);
const env = {
  CI: 'true',
  REQUIRE_STORES: 'credential-manager-native,credential-manager-native-visible-target,file-home,file-passphrase,memory',
};

if (process.platform === 'win32') {
  const options = { stdio: 'inherit', env: { ...process.env, ...env } };
  process.exitCode = spawnSync(process.execPath, [...vitest, ...vitestArguments], options).status ?? 1;
} else {
  // Two runs of about the same length, each in its own Windows.
  const projects = [['stores'], ['transcripts', 'ordinary']];
  const runs =
    vitestArguments.length > 0 ? [vitestArguments] : projects.map((names) => names.map((name) => `--project=${name}`));
  process.exitCode = await underWine(
    runs.map((args) => [...vitest, ...args]),
    env,
  );
}
