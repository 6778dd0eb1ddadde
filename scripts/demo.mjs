// README's first command: the main job, once, on this machine, in a folder of its own, without asking anything.
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

// CI: nobody is to be asked, so a locked keyring is passed over instead of opening its dialog.
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

function expectDone({ status, stdout }) {
  process.stdout.write(stdout);
  if (status !== 0) throw new Error(`exit code ${status}`);
}

try {
  expectDone(keystow(['set', 'keystow-demo', account], secret));
  const { status, stdout } = keystow(['get', 'keystow-demo', account]);
  if (status !== 0 || stdout !== secret) throw new Error('another secret came back');
  process.stdout.write('(the secret came back, byte for byte)\n');
  expectDone(keystow(['doctor']));
} finally {
  process.stdout.write(keystow(['delete', 'keystow-demo', account]).stdout);
  rmSync(folder, { recursive: true });
}
