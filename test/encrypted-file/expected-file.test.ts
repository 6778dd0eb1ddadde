import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { deleteCredential } from '../../src/app/credentials/delete-credential.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { acceptEncryptedFile, changePassphrase, resetEncryptedFile } from '../../src/app/encrypted-file.ts';
import { type FileRecord, mergeFileRecord } from '../../src/domain/envelope/file-record.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { createHomeContext } from '../support/home-context.ts';
import { alice, bob, openFile, passphrase } from './place.ts';

const byPassphrase = {
  KEYSTOW_ALLOW_ENV_PASSPHRASE: '1',
  KEYSTOW_CREDENTIALS_PASSPHRASE: passphrase,
  KEYSTOW_NEW_CREDENTIALS_PASSPHRASE: passphrase,
};

/** A home directory. Each context is that of another process. */
function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keystow-expected-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const start = (environment: Readonly<Record<string, string>> = {}) =>
    createHomeContext(home, { KEYSTOW_STORAGE: 'file', ...environment });
  const { credentialsPath: path, placementPath } = start().settings;
  return { home, start, path, placementPath };
}

const set = (context: Context, name: typeof alice, text: string) => setCredential(context, name, textSecret(text));
const readText = async (context: Context, name: typeof alice) =>
  Buffer.from((await getCredential(context, name))?.expose() ?? []).toString();

/** Every operation, by a process of its own. */
const operations = (start: () => Context): readonly (() => Promise<unknown>)[] => [
  () => getCredential(start(), alice),
  () => set(start(), bob, 'new'),
  () => deleteCredential(start(), alice),
  () => listCredentials(start()),
];

async function expectRejected(start: () => Context, path: string, code: Parameters<typeof failure>[1]) {
  const before = readFileSync(path);
  for (const operation of operations(start)) expect((await failure(operation(), code)).hint).toContain('keystow ');
  expect(readFileSync(path).equals(before)).toBe(true);
}

describe('[EF42] a file that is weaker than required is rejected by reads and writes', () => {
  test.each<[string, (text: string) => string]>([
    ['is cut off', (text) => text.slice(0, -30)],
    ['has an invalid entry', (text) => text.replace('"stale"', '"stalf"')],
    ['has a damaged record', (text) => text.replace('"check":', '"check":1')],
    ['is cut off in the record', (text) => text.slice(0, text.indexOf('"id"'))],
  ])('if a passphrase was recorded, also in a placement file that %s', async (_, damage) => {
    const { start, path, placementPath } = newHome();
    await set(start(), alice, 's3cret');
    const weak = readFileSync(path);
    await changePassphrase(start(byPassphrase), 'passphrase');
    const strong = readFileSync(path);
    const damaged = damage(readFileSync(placementPath, 'utf8'));
    writeFileSync(placementPath, damaged);
    // The damage costs nothing.
    expect(await readText(start(byPassphrase), alice)).toBe('s3cret');
    writeFileSync(path, weak);
    writeFileSync(placementPath, damaged);
    await expectRejected(() => start(byPassphrase), path, 'file-downgraded');
    writeFileSync(path, strong);
    await set(start(byPassphrase), bob, 'new');
    expect(await readText(start(byPassphrase), alice)).toBe('s3cret');
    expect(JSON.parse(readFileSync(placementPath, 'utf8')).file.keySource).toBe('passphrase');
  });

  test('if the setting requires a passphrase', async () => {
    const { start, path } = newHome();
    await set(start(), alice, 's3cret');
    const strict = () => start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase });
    await expectRejected(strict, path, 'file-downgraded');
    expect(await changePassphrase(strict(), 'passphrase')).toMatchObject({ before: 'home' });
    expect(await readText(strict(), alice)).toBe('s3cret');
  });

  test('if it had a passphrase, whatever the setting says, until the passphrase is removed', async () => {
    const { start, path, home } = newHome();
    await set(start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase }), alice, 's3cret');
    const planted = join(home, 'planted');
    await openFile(planted, 'home', { home }).set(alice, textSecret('planted'));
    copyFileSync(planted, path);
    await expectRejected(() => start(byPassphrase), path, 'file-downgraded');
    for (const seal of ['passphrase', 'home'] as const)
      await failure(changePassphrase(start(byPassphrase), seal), 'file-downgraded');
    const { hint } = await failure(acceptEncryptedFile(start(byPassphrase)), 'file-downgraded');
    expect(hint).toContain('keystow reset');
    await resetEncryptedFile(start(byPassphrase));
    await set(start(byPassphrase), alice, 'new');
    expect(JSON.parse(readFileSync(path, 'utf8')).slots).toMatchObject([{ kind: 'passphrase' }]);
  });

  test('if the setting requires a passphrase and it is another file, the hints lead to a file that is accepted and sealed', async () => {
    const { start, path, home } = newHome();
    await set(start(), alice, 's3cret');
    await openFile(join(home, 'restored'), 'home', { home }).set(alice, textSecret('restored'));
    copyFileSync(join(home, 'restored'), path);
    const strict = () => start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase });
    const replaced = await failure(getCredential(strict(), alice), 'file-replaced');
    expect(replaced.hint).toContain('keystow doctor --accept-file');
    await acceptEncryptedFile(strict());
    const downgraded = await failure(getCredential(strict(), alice), 'file-downgraded');
    expect(downgraded.hint).toContain('keystow passphrase change');
    await changePassphrase(strict(), 'passphrase');
    expect(await readText(strict(), alice)).toBe('restored');
  });

  test('but not after `passphrase remove`', async () => {
    const { start } = newHome();
    await set(start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase }), alice, 's3cret');
    await changePassphrase(start(byPassphrase), 'home');
    expect(await readText(start(), alice)).toBe('s3cret');
    await set(start(), alice, 'new');
  });

  test('and a removal that fails lowers nothing', async () => {
    const { start, placementPath } = newHome();
    await set(start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase }), alice, 's3cret');
    const wrong = start({ ...byPassphrase, KEYSTOW_CREDENTIALS_PASSPHRASE: 'wrong' });
    await failure(changePassphrase(wrong, 'home'), 'wrong-passphrase');
    expect(JSON.parse(readFileSync(placementPath, 'utf8')).file.keySource).toBe('passphrase');
  });

  test('also if the weaker slot is beside a stronger one', async () => {
    const { start, path } = newHome();
    await set(start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase }), alice, 's3cret');
    const file = JSON.parse(readFileSync(path, 'utf8'));
    const kdf = { name: 'hkdf-sha256', salt: Buffer.alloc(32).toString('base64') };
    file.slots.push({ ...file.slots[0], kind: 'home', kdf });
    writeFileSync(path, `${JSON.stringify(file)}\n`);
    await expectRejected(() => start(byPassphrase), path, 'file-downgraded');
  });
});

describe('[EF43] a file that disappeared', () => {
  test('is reported, and created again with the protection that it had', async () => {
    const { start, path } = newHome();
    await set(start({ KEYSTOW_SEAL: 'passphrase', ...byPassphrase }), alice, 's3cret');
    rmSync(path);
    await failure(getCredential(start(byPassphrase), alice), 'file-missing');
    await failure(listCredentials(start()), 'file-missing');
    await failure(deleteCredential(start(byPassphrase), alice), 'file-missing');
    expect(existsSync(path)).toBe(false);
    await set(start(byPassphrase), bob, 'new');
    expect(JSON.parse(readFileSync(path, 'utf8')).slots).toMatchObject([{ kind: 'passphrase' }]);
  });

  test('is reported if version 0.1 recorded what it held', async () => {
    const { start, path, placementPath } = newHome();
    await set(start(), alice, 's3cret');
    const { file: _, ...placement } = JSON.parse(readFileSync(placementPath, 'utf8'));
    writeFileSync(placementPath, `${JSON.stringify(placement, undefined, 2)}\n`);
    rmSync(path);
    await failure(getCredential(start(), alice), 'file-missing');
  });

  test('is not missed if it held nothing, if it was accepted, or if the placement file is gone too', async () => {
    const { start, path, placementPath } = newHome();
    await set(start(), alice, 's3cret');
    await deleteCredential(start(), alice);
    rmSync(path);
    expect(await getCredential(start(), alice)).toBeUndefined();
    await set(start(), alice, 's3cret');
    rmSync(path);
    await acceptEncryptedFile(start());
    expect(await getCredential(start(), alice)).toBeUndefined();
    await set(start(), alice, 's3cret');
    for (const each of [path, placementPath]) rmSync(each);
    expect(await getCredential(start(), alice)).toBeUndefined();
  });
});

describe('[EF44] a file is rejected', () => {
  test('if it belongs to another application, before its key is derived', async () => {
    const { start, path, home, placementPath } = newHome();
    await openFile(path, 'home', { home, application: 'jsm' }).set(alice, textSecret('of jsm'));
    rmSync(placementPath, { force: true });
    const error = await failure(getCredential(start(), alice), 'file-foreign');
    expect(error.message).toContain('jsm');
  });

  test('if it is another file of the same application, or one of version 1', async () => {
    const { start, path } = newHome();
    await set(start(), alice, 's3cret');
    const second = newHome();
    await openFile(second.path, 'home', { home: newHome().home }).set(alice, textSecret('other'));
    const older = readFileSync(join(import.meta.dirname, '../../docs/envelope.md'), 'utf8');
    const [version1 = ''] = /^\{.*"version":1,"kdf":\{"name":"hkdf.*"\}\n/m.exec(older) ?? [];
    for (const text of [readFileSync(second.path, 'utf8'), version1]) {
      writeFileSync(path, text);
      await expectRejected(start, path, 'file-replaced');
    }
  });
});

describe('[EF45] an older copy', () => {
  test('is rejected until it is accepted', async () => {
    const { start, path } = newHome();
    await set(start(), alice, 'old');
    const old = readFileSync(path);
    await set(start(), alice, 'new');
    writeFileSync(path, old);
    await expectRejected(start, path, 'file-replaced');
    await acceptEncryptedFile(start());
    expect(await readText(start(), alice)).toBe('old');
    await set(start(), alice, 'newer');
    expect(await readText(start(), alice)).toBe('newer');
  });

  test('from before a deletion, or a new passphrase, is rejected too', async () => {
    const { start, path } = newHome();
    await set(start(), alice, 'old');
    const copies = [readFileSync(path)];
    await deleteCredential(start(), alice);
    await set(start(), bob, 's3cret');
    copies.push(readFileSync(path));
    await changePassphrase(start(byPassphrase), 'passphrase');
    await changePassphrase(start(byPassphrase), 'home');
    for (const copy of copies) {
      writeFileSync(path, copy);
      await expectRejected(start, path, 'file-replaced');
    }
  });

  test('is not suspected if the process was killed before it recorded its write, or if nothing is recorded', async () => {
    const { start, path, placementPath } = newHome();
    await set(start(), alice, 'old');
    const placement = readFileSync(placementPath);
    const old = readFileSync(path);
    await set(start(), alice, 'new');
    writeFileSync(placementPath, placement);
    expect(await readText(start(), alice)).toBe('new');
    writeFileSync(path, old);
    rmSync(placementPath);
    expect(await readText(start(), alice)).toBe('old');
  });

  test('is not suspected by a reader that another process overtakes', async () => {
    const { start } = newHome();
    await set(start(), alice, '0');
    const writing = (async () => {
      for (let round = 1; round <= 10; round++) await set(start(), alice, `${round}`);
    })();
    const reader = start();
    for (let round = 0; round < 100; round++) expect(await readText(reader, alice)).toMatch(/^\d+$/);
    await writing;
  });
});

describe('the record of a file', () => {
  const record = (id: string, counter: number): FileRecord => ({ keySource: 'home', written: { id, counter } });

  test.each([
    ['of the same file, the later write counts', record('a', 3), record('a', 2), undefined, record('a', 3)],
    ['a later write replaces an earlier one', record('a', 2), record('a', 3), undefined, record('a', 3)],
    ['a new file replaces the one that it replaced', record('a', 2), record('b', 1), 'a', record('b', 1)],
    [
      'a late write to a lost file does not replace the new one',
      record('b', 1),
      record('a', 9),
      undefined,
      record('b', 1),
    ],
    ['what the user accepts replaces everything', record('a', 9), record('b', 1), 'any', record('b', 1)],
  ] as const)('%s', (_, now, written, replaces, expected) => {
    expect(mergeFileRecord(now, { record: written, replaces })).toEqual(expected);
  });
});

test('[EF47] the largest legal file is read and changed without parsing it', async () => {
  const { Payload, maxCredentials } = await import('../../src/adapters/encrypted-file/payload.ts');
  const fail = () => {
    throw new Error('invalid');
  };
  const lines = (count: number) =>
    Array.from({ length: count }, (_, row) => `\n["s","${`${row}`.padStart(6, '0')}","YQ=="]`).join(',');
  const parse = (count: number) => Payload.parse(Buffer.from(`{"counter":1,"credentials":[${lines(count)}\n]}`), fail);
  const full = parse(maxCredentials);
  expect(full.get({ service: 's', account: '099999' })?.expose()).toEqual(new Uint8Array([97]));
  expect(full.names()).toHaveLength(maxCredentials);
  expect(full.isFull()).toBe(false);
  full.set(alice, textSecret('one too many'));
  expect(full.isFull()).toBe(true);
  expect(() => parse(maxCredentials + 1).names()).toThrow('invalid');
});
