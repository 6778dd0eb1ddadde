import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';

const root = join(import.meta.dirname, '../../..');

/** What is made anew for Windows, or is not needed. */
const left = /^(\.git|node_modules|coverage)$/;

/** Copies the project, as it is built, to `folder`, and installs there what it needs on Windows, by its lock file. */
export async function copyForWindows(folder) {
  cpSync(root, folder, { recursive: true, filter: (path) => !left.test(path.slice(path.lastIndexOf('/') + 1)) });
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
