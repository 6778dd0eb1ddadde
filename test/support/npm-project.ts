import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pack } from '../package/packed.ts';
import { needs } from './needs.ts';
import { patienceMs } from './patience.ts';

/** Skips a suite that installs packages, unless the registry has them. Asks for one. */
export function needsRegistry(name: string) {
  const { status } = spawnSync('npm', ['view', name, 'version'], { timeout: 60_000, stdio: 'ignore' });
  return needs(status === 0, 'a registry of npm packages');
}

/** Another project, in which npm has installed the packed package and others. */
export class NpmProject {
  readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'keystow-project-'));

  /** `dependencies`: such as `mocha@12.0.3`. */
  constructor(dependencies: readonly string[]) {
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ private: true }));
    const { tarball } = pack(this.folder);
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--save-exact'];
    const { exit, stderr } = this.run(['npm', 'install', ...options, tarball, ...dependencies]);
    if (exit !== 0) throw new Error(`npm install failed: ${stderr}`);
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  run([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv = process.env, input = '') {
    const options = { cwd: this.folder, env, encoding: 'utf8', input, timeout: patienceMs } as const;
    const { stdout, stderr, status } = spawnSync(program, args, options);
    return { stdout, stderr, exit: status };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
