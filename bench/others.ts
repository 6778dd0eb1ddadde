import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { name, newHome, token } from './homes.ts';
import type { Subject } from './measure.ts';

/** Other programs, each set up with a token to read. Programs that aren't installed are skipped. */
export function others(session: Readonly<Record<string, string>>): readonly Subject[] {
  return [binding, secretTool, pythonKeyring, gh, pass].flatMap((set) => set(session) ?? []);
}

export const bindingLabel = 'the native binding, a bare CommonJS script';

/** The baseline: the smallest Node program that reads through the binding. */
function binding(env: Readonly<Record<string, string>>): Subject {
  const script = join(newHome().HOME, 'read.cjs');
  const module = JSON.stringify(resolve('node_modules/@napi-rs/keyring'));
  const [service, account] = [JSON.stringify(name.service), JSON.stringify(name.account)];
  writeFileSync(
    script,
    `const { Entry } = require(${module});
    require('node:fs').writeSync(1, Buffer.from(new Entry(${service}, ${account}).getSecret()));`,
  );
  return { name: bindingLabel, argv: [process.execPath, script], env };
}

function secretTool(env: Readonly<Record<string, string>>): Subject | undefined {
  const argv = ['secret-tool', 'lookup', 'service', name.service, 'username', name.account];
  return isInstalled('secret-tool', '--version') ? { name: '`secret-tool lookup`', argv, env } : undefined;
}

/** Reads what keystow wrote. Names the backend, because it would try every other one first. */
function pythonKeyring(session: Readonly<Record<string, string>>): Subject | undefined {
  if (!isInstalled('keyring', '--help')) return undefined;
  const env = { ...session, PYTHON_KEYRING_BACKEND: 'keyring.backends.SecretService.Keyring' };
  return { name: "Python's `keyring get`", argv: ['keyring', 'get', name.service, name.account], env };
}

/** Reads a file that isn't encrypted. */
function gh(): Subject | undefined {
  if (!isInstalled('gh', '--version')) return undefined;
  const env = newHome();
  const folder = join(env.HOME, '.config/gh');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hosts.yml'), `github.com:\n    user: alice\n    oauth_token: ${token}\n`, {
    mode: 0o600,
  });
  return { name: '`gh auth token`, from a plain file', argv: ['gh', 'auth', 'token'], env };
}

/** Its key has no passphrase, because a prompt can't be timed. */
function pass(): Subject | undefined {
  if (!isInstalled('pass', 'version') || !isInstalled('gpg', '--version')) return undefined;
  const env = newHome();
  const folder = join(env.HOME, '.gnupg');
  mkdirSync(folder, { mode: 0o700 });
  const run = (program: string, args: readonly string[], input = '') =>
    spawnSync(program, args, { env, input, stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
  const key = ['--batch', '--passphrase', '', '--quick-generate-key', 'bench', 'default', 'default', 'never'];
  if (!run('gpg', key)) return undefined;
  process.once('exit', () => run('gpgconf', ['--kill', 'all']));
  if (!run('pass', ['init', 'bench']) || !run('pass', ['insert', '--multiline', 'token'], token)) return undefined;
  return { name: '`pass show`, its key without a passphrase', argv: ['pass', 'show', 'token'], env };
}

function isInstalled(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).error === undefined;
}
