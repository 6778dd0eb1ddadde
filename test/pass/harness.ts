import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLock } from '../../src/adapters/files/lock.ts';
import { createPass, type PassOptions } from '../../src/adapters/pass/pass.ts';
import type { Harness } from '../contract/harness.ts';
import { missingProgram } from '../support/session-bus.ts';

/** Opens a non-interactive store over a password store of the test, with timeouts long enough for a busy machine. */
export function openPass({ environment }: Pick<TestPasswordStore, 'environment'>, options: Partial<PassOptions> = {}) {
  return createPass({
    environment,
    sentinelService: 'keystow-tests',
    interaction: { interactive: false, notifyWaiting: () => undefined },
    withLock: createLock({
      path: `${environment.HOME}/lock`,
      label: 'lock of the tests',
      isOnlyLock: true,
      limitMs: 60_000,
    }),
    timeoutMs: 60_000,
    ...options,
  });
}

export function passHarness(): Harness {
  const reason = findMissingPass();
  let own: TestPasswordStore;
  return {
    name: 'pass',
    ...(reason && { missing: reason }),
    async start() {
      own = createPasswordStore();
    },
    async stop() {
      own.stop();
    },
    open: async () => openPass(own),
    probe: async () => openPass(own),
    contents: async () =>
      own.run('find', `${own.environment.HOME}/.password-store`, '-type', 'f', '-printf', '%P %C@\n'),
  };
}

/** A password store and a GnuPG home of their own. */
export interface TestPasswordStore {
  readonly environment: Readonly<Record<string, string>>;
  run(command: string, ...args: readonly string[]): string;
  stop(): void;
}

/** Returns which program is missing, if any. */
export function findMissingPass(): string | undefined {
  return missingProgram('pass') ?? missingProgram('gpg');
}

/** Without a passphrase the key is never locked. */
export function createPasswordStore(passphrase = ''): TestPasswordStore {
  // The path must be short: it contains gpg-agent's socket, whose path is limited to 107 bytes.
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
