import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pack, root } from '../package/packed.ts';
import { type NpmRegistry, startNpmRegistry } from '../support/npm-registry.ts';
import { patienceMs } from '../support/patience.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A tool written for keytar. */
export const tool = resolve(import.meta.dirname, 'written-for-keytar');

/** A temporary project. */
export class Project {
  readonly folder = mkdtempSync(join(realpathSync(tmpdir()), 'keystow-for-keytar-'));

  constructor(manifest: object) {
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ private: true, ...manifest }));
  }

  /** Runs npm with only this registry. Resolves with its stdout. */
  async npm(args: readonly string[], environment: Environment, registry: string): Promise<string> {
    const env = {
      ...environment,
      npm_config_registry: registry,
      npm_config_cache: join(this.folder, '.npm'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
      npm_config_fetch_retries: '0',
    };
    // Not synchronous, because the registry runs in this process.
    return (await promisify(execFile)('npm', args, { cwd: this.folder, env, timeout: patienceMs })).stdout;
  }

  /** Replaces keytar with a package, without npm. */
  link(target: string): void {
    mkdirSync(join(this.folder, 'node_modules'), { recursive: true });
    symlinkSync(target, join(this.folder, 'node_modules/keytar'), 'junction');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  node(args: readonly string[], environment: Environment, input = ''): Ran {
    const options = { cwd: this.folder, env: environment, encoding: 'utf8', input, timeout: patienceMs } as const;
    const { stdout, stderr, status } = spawnSync(process.execPath, args, options);
    return { stdout, stderr, exit: status };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** keystow as it is published: a tarball and a registry. */
export class Published {
  readonly folder = mkdtempSync(join(tmpdir(), 'keystow-published-'));
  readonly tarball: string;
  readonly version: string;
  #registry: NpmRegistry | undefined;

  constructor() {
    const { tarball, version } = pack(this.folder);
    this.tarball = tarball;
    this.version = version;
  }

  async start(): Promise<string> {
    const unpacked = join(this.folder, 'keystow');
    mkdirSync(unpacked);
    execFileSync('tar', ['-xzf', this.tarball, '-C', unpacked, '--strip-components=1']);
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'junction');
    this.#registry = await startNpmRegistry([unpacked, tool, join(root, 'node_modules/@types/node')]);
    return this.#registry.url;
  }

  async stop(): Promise<void> {
    await this.#registry?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
