import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { patienceMs } from '../../support/patience.ts';
import { waitForExit } from '../../support/session-bus.ts';
import type { Client } from './clients.ts';

const manifest = {
  private: true,
  dependencies: { pnpm: '12.21.0', verdaccio: '6.10.4' },
  // A tag that not every mirror of npm has.
  overrides: { 'node-fetch': '2.7.0' },
};

const folder = resolve(import.meta.dirname, '../../../dist/clients/npm');
const path = join(folder, 'package.json');
/** Exists once the installation is complete. */
const installed = join(folder, 'installed');

/** Called by Vitest before any test file runs. Installs pnpm and verdaccio from npm, once for all runs: several files use them. */
export function setup(): void {
  const text = JSON.stringify(manifest);
  if (existsSync(installed) && readFileSync(path, 'utf8') === text) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error'];
  const { status } = spawnSync('npm', args, {
    cwd: folder,
    timeout: patienceMs,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) writeFileSync(installed, '');
}

export function findPnpm(): Client {
  const missing = existsSync(installed) ? undefined : 'npm could not install pnpm and verdaccio';
  return { name: 'pnpm', folder: join(folder, 'node_modules/.bin'), missing };
}

/** A registry of npm packages that requires a token for everything. */
export interface Verdaccio {
  /** Such as `127.0.0.1:41234`. */
  readonly host: string;
  /** Creates a user, and returns the token. */
  signUp(name: string, password: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startVerdaccio(): Promise<Verdaccio> {
  const data = mkdtempSync(join(tmpdir(), 'keystow-verdaccio-'));
  const configuration = join(data, 'config.yaml');
  // YAML contains JSON.
  const settings = {
    storage: join(data, 'storage'),
    auth: { htpasswd: { file: join(data, 'htpasswd') } },
    packages: { '**': { access: '$authenticated', publish: '$authenticated' } },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  };
  writeFileSync(configuration, JSON.stringify(settings));
  const script = `require('verdaccio').runServer(process.argv[1]).then((server) =>
    server.listen(0, '127.0.0.1', () => console.log('port', server.address().port)));`;
  const server = spawn(process.execPath, ['-e', script, configuration], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = waitForExit(server);
  for await (const line of createInterface({ input: server.stdout })) {
    const [, port] = /^port (\d+)$/.exec(line) ?? [];
    if (port === undefined) continue;
    server.stdout.resume();
    const host = `127.0.0.1:${port}`;
    return {
      host,
      async signUp(name, password) {
        const response = await fetch(`http://${host}/-/user/org.couchdb.user:${name}`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name, password }),
        });
        const { token } = (await response.json()) as { readonly token: string };
        return token;
      },
      async stop() {
        server.kill('SIGTERM');
        await end;
        rmSync(data, { recursive: true, force: true });
      },
    };
  }
  throw new Error('verdaccio ended without listening');
}
