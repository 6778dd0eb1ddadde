// `npm run demo`: stores a throw-away credential in the best store of this machine, reads it back and removes it.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/bin/keystow.cjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'keystow-demo-'));
const account = `throw-away-${randomBytes(4).toString('hex')}`;
const secret = randomBytes(18).toString('base64url');

// CI: never prompt, so that a locked keyring is skipped instead of showing its dialog.
const env = { ...process.env, CI: 'true', KEYSTOW_CONFIG_DIR: folder, KEYSTOW_SEAL: 'home' };

function keystow(args, input = '') {
  process.stdout.write(`\n$ ${input && 'printf %s "$SECRET" | '}keystow ${args.join(' ')}\n`);
  const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
    env,
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return { status, stdout };
}

function expectSuccess({ status, stdout }) {
  process.stdout.write(stdout);
  if (status !== 0) throw new Error(`exit code ${status}`);
}

try {
  expectSuccess(keystow(['set', 'keystow-demo', account], secret));
  const { status, stdout } = keystow(['get', 'keystow-demo', account]);
  if (status !== 0 || stdout !== secret) throw new Error('keystow get printed another secret');
  process.stdout.write('(the same secret, byte for byte)\n');
  expectSuccess(keystow(['doctor']));
} finally {
  process.stdout.write(keystow(['delete', 'keystow-demo', account]).stdout);
  rmSync(folder, { recursive: true });
}
