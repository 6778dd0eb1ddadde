import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAccounts } from '../../src/domain/file-trust.ts';
import { patienceMs } from '../support/patience.ts';

/** A user of this machine, whom root runs programs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export const root: Account = { name: 'root', uid: 0, gid: 0 };

/** Two ordinary accounts of this machine, each with a group of its own. */
export function findAccounts(): readonly Account[] {
  const accounts = process.platform === 'win32' ? [] : parseAccounts(readFileSync('/etc/passwd', 'utf8'));
  return accounts.filter(({ uid, gid }) => uid === gid && uid !== 0 && uid !== 65534).slice(0, 2);
}

/** Returns why programs can't be run as two other users. */
export function missingUsers(): string | undefined {
  if (process.geteuid?.() !== 0) return 'not run by root';
  return findAccounts().length === 2 ? undefined : '/etc/passwd has no two ordinary accounts';
}

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
}

/** The built programs and some folders, where every user of the machine can reach them. */
export class SharedMachine {
  readonly folder = mkdtempSync(join(tmpdir(), 'keystow-users-'));
  readonly #children: ChildProcess[] = [];

  constructor() {
    chmodSync(this.folder, 0o755);
    cpSync(resolve(import.meta.dirname, '../../dist/bin'), join(this.folder, 'dist/bin'), { recursive: true });
    cpSync(resolve(import.meta.dirname, '../../package.json'), join(this.folder, 'package.json'));
  }

  /** Creates a folder of an account's own. */
  createFolder(name: string, { uid, gid }: Account, mode = 0o755): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    chownSync(path, uid, gid);
    chmodSync(path, mode);
    return path;
  }

  /**
   * Runs a line of shell, in which `keystow` is the program; so is `"$node" "$script"`, where a program starts it. Nothing
   * of this process's environment is passed on.
   */
  run({ uid, gid }: Account, command: string, environment: Readonly<Record<string, string>> = {}): Run {
    const script = join(this.folder, 'dist/bin/keystow.cjs');
    const line = `node=${quote(process.execPath)} script=${quote(script)}; keystow() { "$node" "$script" "$@"; }; ${command}`;
    const { stdout, stderr, status } = spawnSync('/bin/sh', ['-c', line], {
      uid,
      gid,
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    });
    return { stdout, stderr, exit: status };
  }

  /** Starts a server at a socket, and counts its clients until it's stopped. An abstract socket begins with NUL. */
  async listen({ uid, gid }: Account, path: string): Promise<{ clients(): number }> {
    const program = `
      const server = require('node:net').createServer((client) => { process.stdout.write('client\\n'); client.destroy(); });
      server.listen(${JSON.stringify(path)}, () => process.stdout.write('listening\\n'));`;
    const child = spawn(process.execPath, ['-e', program], { uid, gid, env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    let shown = '';
    child.stdout.setEncoding('utf8');
    await new Promise<void>((done, fail) => {
      child.once('exit', () => fail(new Error(`nothing listens at ${path}`)));
      child.stdout.on('data', (text: string) => {
        shown += text;
        if (shown.includes('listening')) done();
      });
    });
    return { clients: () => shown.split('client').length - 1 };
  }

  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
