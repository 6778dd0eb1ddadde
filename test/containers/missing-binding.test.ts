import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { DoctorReport } from '../../src/app/doctor/examine.ts';
import { missingDaemons, startDaemons } from '../cli/daemons.ts';
import { describeStore } from '../contract/require-stores.ts';

const root = resolve(import.meta.dirname, '../..');
const keyring = 'gnome-keyring unlocked';

// Not in a container, because it needs npm and its registry. The program believes that it runs on macOS and loads this
// machine's binding, which talks to GNOME Keyring in place of the Keychain.
describeStore('a missing native binding', 'secret-service', missingDaemons(keyring), () => {
  test('the fix that doctor prints installs it, and the OS keyring is selected', async () => {
    const surroundings = await startDaemons(keyring);
    const folder = mkdtempSync(join(tmpdir(), 'keystow-missing-binding-'));
    try {
      for (const part of ['package.json', 'dist/bin'])
        cpSync(join(root, part), join(folder, part), { recursive: true });
      const target = `linux-${process.arch}-gnu`;
      const environment = {
        ...process.env,
        ...surroundings.environment,
        HOME: folder,
        NAPI_RS_NATIVE_LIBRARY_PATH: join(folder, `node_modules/@napi-rs/keyring-${target}/keyring.${target}.node`),
      };
      const keystow = (args: readonly string[], input = '') =>
        execFileSync(
          process.execPath,
          [`--import=${root}/test/containers/inside/as-macos.mjs`, join(folder, 'dist/bin/keystow.cjs'), ...args],
          { env: environment, input, encoding: 'utf8', stdio: 'pipe' },
        );
      const doctor = (): DoctorReport => JSON.parse(keystow(['doctor', '--json']));

      const [skipped] = doctor().selection.skipped;
      expect(skipped).toMatchObject({ store: 'keychain', reason: 'binding-missing' });
      execFileSync('bash', ['-c', `${skipped?.fix} --no-audit --no-fund`], { stdio: 'pipe' });

      expect(keystow(['set', 'demo', 'alice'], 's3cret')).toBe('stored demo alice in the Keychain\n');
      expect(keystow(['get', 'demo', 'alice'])).toBe('s3cret');
      expect(doctor()).toMatchObject({
        storage: { label: 'OS keyring', store: 'keychain' },
        selection: { outcome: 'selected', store: 'keychain', skipped: [] },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await surroundings.stop();
    }
  });
});
