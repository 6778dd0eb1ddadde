// npm runs this in a clone, before `npm ci` ends, and when the clone itself is installed. A published package doesn't have it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const isBuilt = existsSync('dist/bin/keystow.cjs');
const canBuild = existsSync('node_modules/rolldown');
const isGlobal = process.env.npm_config_global === 'true';

if (canBuild && !(isGlobal && isBuilt)) {
  process.exitCode =
    spawnSync('npm', ['run', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1;
} else if (!isBuilt && isGlobal) {
  process.stderr.write(
    'keystow: this clone is not built, so there are no commands to install\nhint: run `npm ci` first\n',
  );
  process.exitCode = 1;
}
