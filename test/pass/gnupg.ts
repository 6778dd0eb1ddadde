import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingProgram } from '../support/session-bus.ts';

/** A password store of a test's own, with a GnuPG of its own. */
export interface OwnPasswordStore {
  readonly environment: Readonly<Record<string, string>>;
  run(command: string, ...args: readonly string[]): string;
  stop(): void;
}

/** Why there can be no password store here. */
export function missing(): string | undefined {
  return missingProgram('pass') ?? missingProgram('gpg');
}

/** `passphrase`: of the key. Without one it is never locked. */
export function ownPasswordStore(passphrase = ''): OwnPasswordStore {
  // gpg-agent's socket is in there, and a socket's path is 107 bytes at most.
  const home = mkdtempSync(join(tmpdir(), 'keystow-pass-'));
  const { PATH = '' } = process.env;
  const environment = { PATH, HOME: home, GNUPGHOME: join(home, 'gnupg'), LC_ALL: 'C' };
  mkdirSync(environment.GNUPGHOME, { mode: 0o700 });
  const run = (command: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { env: environment, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
    return stdout;
  };
  run(
    'gpg',
    '--batch',
    '--quiet',
    '--passphrase',
    passphrase,
    '--quick-generate-key',
    'tests',
    'future-default',
    'default',
    'never',
  );
  run('pass', 'init', 'tests');
  return {
    environment,
    run,
    stop() {
      run('gpgconf', '--kill', 'all');
      rmSync(home, { recursive: true, force: true });
    },
  };
}
