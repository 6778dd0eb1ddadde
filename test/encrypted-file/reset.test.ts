import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { acceptEncryptedFile, planReset, resetEncryptedFile } from '../../src/app/encrypted-file.ts';
import { recordWrite } from '../../src/domain/placement/placement-index.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { createHomeContext } from '../support/home-context.ts';
import { needsPosix } from '../support/needs.ts';
import { alice, bob, passphrase } from './place.ts';

const withPassphrase = (text: string) => ({
  KEYSTOW_ALLOW_ENV_PASSPHRASE: '1',
  KEYSTOW_CREDENTIALS_PASSPHRASE: text,
});
const secret = textSecret('s3cret');

/** A home directory. Each context is that of another process. */
function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keystow-reset-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const start = (environment: Readonly<Record<string, string>> = {}) =>
    createHomeContext(home, { KEYSTOW_STORAGE: 'file', ...environment });
  const { credentialsPath: path, placementPath } = start().settings;
  return { start, path, placementPath };
}

/** A file with alice, beside a record of bob in a keyring. */
async function filledHome(environment: Readonly<Record<string, string>> = {}) {
  const home = newHome();
  const context = home.start(environment);
  await setCredential(context, alice, secret);
  await context.placement.update((now) => recordWrite(now, bob, 'secret-service', context.clock()));
  return { ...home, whole: readFileSync(home.path) };
}

/** Another process is killed between the two steps of a reset. */
async function resetHalfway(context: Context) {
  const placement = {
    ...context.placement,
    update: async (change: Parameters<typeof context.placement.update>[0]) => {
      if (existsSync(context.settings.credentialsPath)) return context.placement.update(change);
      throw new Error('killed');
    },
  };
  await expect(resetEncryptedFile({ ...context, placement })).rejects.toThrow('killed');
}

const forgottenFile = () => filledHome({ KEYSTOW_SEAL: 'passphrase', ...withPassphrase(passphrase) });

describe('[EF84] a reset', () => {
  test('keeps the file as a backup that only the user can read, and forgets its credentials, and nothing else', async () => {
    const { start, path, whole } = await filledHome();
    expect(await planReset(start())).toEqual({ path, hasFile: true, lost: [alice], kept: 1 });
    const backup = await resetEncryptedFile(start());
    expect(backup).toMatch(/credentials\.json\.backup-\d{4}-\d\d-\d\dT\d{6}Z$/);
    expect(readFileSync(`${backup}`).equals(whole)).toBe(true);
    if (process.platform !== 'win32') expect(statSync(`${backup}`).mode & 0o777).toBe(0o600);
    expect((await start().placement.read()).placement).toMatchObject([bob]);
    expect(existsSync(path)).toBe(false);
  });

  test('requires a passphrase of the new file if the old one had one', async () => {
    const { start } = await forgottenFile();
    await resetEncryptedFile(start());
    await failure(setCredential(start(), alice, secret), 'passphrase-required');
    await setCredential(start(withPassphrase('another')), alice, secret);
    expect((await getCredential(start(withPassphrase('another')), alice))?.equals(secret)).toBe(true);
    await failure(listCredentials(start()), 'passphrase-required');
  });

  test('is undone by moving the backup back and accepting it', async () => {
    const { start, path } = await forgottenFile();
    const backup = await resetEncryptedFile(start());
    await setCredential(start(withPassphrase('another')), alice, textSecret('new'));
    renameSync(`${backup}`, path);
    await failure(getCredential(start(withPassphrase(passphrase)), alice), 'file-replaced');
    await acceptEncryptedFile(start(withPassphrase(passphrase)));
    expect((await getCredential(start(withPassphrase(passphrase)), alice))?.equals(secret)).toBe(true);
  });

  test('that is killed half-way leaves a file that is reported as missing, and can be repeated', async () => {
    const { start, path } = await filledHome();
    await resetHalfway(start());
    await failure(getCredential(start(), alice), 'file-missing');
    expect(await planReset(start())).toEqual({ path, hasFile: false, lost: [alice], kept: 1 });
    expect(await resetEncryptedFile(start())).toBeUndefined();
    expect(await getCredential(start(), alice)).toBeUndefined();
    expect(await planReset(start())).toBeUndefined();
  });

  test('never replaces an older backup', async () => {
    const { start, path } = newHome();
    const paths = new Set<string | undefined>();
    for (const text of ['1', '2', '3']) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, text, { mode: 0o600 });
      paths.add(await resetEncryptedFile(start()));
    }
    expect(paths.size).toBe(3);
    expect([...paths].map((backup) => readFileSync(`${backup}`, 'utf8'))).toEqual(['1', '2', '3']);
  });

  test('leaves the file if the placement file cannot be changed', async () => {
    const { start, path, placementPath, whole } = await filledHome();
    writeFileSync(placementPath, '{"format":"keystow-placement","version":9}');
    await failure(resetEncryptedFile(start()), 'file-version');
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test('knows no names without a placement file, or with a damaged one', async () => {
    const { start, placementPath } = await filledHome();
    writeFileSync(placementPath, '{');
    expect(await planReset(start())).toMatchObject({ hasFile: true, lost: [], unknown: 'is truncated or not JSON' });
    rmSync(placementPath);
    expect(await planReset(start())).toMatchObject({ hasFile: true, lost: [], kept: 0 });
    await resetEncryptedFile(start());
    expect(await listCredentials(start())).toEqual([]);
  });
});

describe('[EF85] a reset works whatever is at the path', () => {
  const faults: Readonly<Record<string, (path: string) => void>> = {
    'file-damaged': (path) => writeFileSync(path, 'garbage', { mode: 0o600 }),
    'file-foreign': (path) => writeFileSync(path, '{"format":"other"}', { mode: 0o600 }),
    'file-version': (path) => writeFileSync(path, '{"format":"keystow-credentials","version":9}', { mode: 0o600 }),
    'file-refused': (path) => writeFileSync(path, 'text', { mode: 0o666, flag: 'wx' }),
  };

  test.each(Object.entries(faults))('%s', needsPosix, async (code, make) => {
    const { start, path } = newHome();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const umask = process.umask(0);
    make(path);
    process.umask(umask);
    await failure(listCredentials(start()), code as Parameters<typeof failure>[1]);
    const before = readFileSync(path);
    const backup = await resetEncryptedFile(start());
    expect(readFileSync(`${backup}`).equals(before)).toBe(true);
    expect(statSync(`${backup}`).mode & 0o777).toBe(0o600);
    await setCredential(start(), alice, secret);
    expect((await getCredential(start(), alice))?.equals(secret)).toBe(true);
  });

  test('a link, which is moved and not followed', needsPosix, async () => {
    const { start, path } = newHome();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const target = join(dirname(path), 'target');
    writeFileSync(target, 'text', { mode: 0o644 });
    symlinkSync(target, path);
    const backup = await resetEncryptedFile(start());
    expect(readlinkSync(`${backup}`)).toBe(target);
    expect(statSync(target).mode & 0o777).toBe(0o644);
  });

  test('a file of another home directory, or one that was downgraded', async () => {
    const [home, other] = [newHome(), newHome()];
    await setCredential(home.start(), alice, secret);
    mkdirSync(dirname(other.path), { recursive: true, mode: 0o700 });
    writeFileSync(other.path, readFileSync(home.path), { mode: 0o600 });
    await failure(listCredentials(other.start()), 'file-damaged');
    await failure(getCredential(home.start({ KEYSTOW_SEAL: 'passphrase' }), alice), 'file-downgraded');
    for (const { start } of [home, other]) {
      await resetEncryptedFile(start());
      expect(await listCredentials(start())).toEqual([]);
    }
  });

  test('but not if another user could have put it there', needsPosix, async () => {
    const { start, path } = newHome();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'text', { mode: 0o600 });
    const { chmodSync } = await import('node:fs');
    chmodSync(dirname(path), 0o777);
    await failure(resetEncryptedFile(start()), 'file-refused');
    expect(readdirSync(dirname(path))).toEqual(['credentials.json']);
  });
});
