import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textSecret } from '../contract/secrets.ts';
import { needs } from '../support/needs.ts';
import { home, keySources, newPlace, openFile, passphrase } from './place.ts';

const script = join(import.meta.dirname, 'envelope.py');
const python = (args: readonly string[], input = '') =>
  spawnSync('python3', [script, ...args], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' },
  });

const hasCryptography = spawnSync('python3', ['-c', 'import cryptography']).status === 0;
const derives = hasCryptography && python(['can-derive']).status === 0;

const credentials = [
  ['example.com', 'alice', 's3cret'],
  ['example.com', 'bob "the\\builder"', 'pässwörd 🔑'],
  ['exämple.com', 'line\nbreak\u007f\u2028', ''],
  ['\ud83d\ude00', 'a', 'x'.repeat(3000)],
  ['\uffee', 'a', 'sorted by UTF-16'],
] as const;

describe.each(keySources)('with the key source %s', (kind) => {
  const available =
    kind === 'home'
      ? needs(hasCryptography, 'python3-cryptography')
      : needs(derives, 'argon2id in python3-cryptography or python3-argon2');

  test('[EF40] the Python implementation reads what keystow writes', available, async () => {
    const { path } = newPlace();
    const store = openFile(path, kind);
    for (const [service, account, secret] of credentials) await store.set({ service, account }, textSecret(secret));
    const text = readFileSync(path, 'utf8');
    const { stdout, stderr } = python(['read', home, passphrase], text);
    expect(stderr).toBe('');
    const read = JSON.parse(stdout);
    expect(read).toMatchObject({ application: 'keystow', version: 2, counter: credentials.length });
    const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(read.credentials)).toEqual(sorted(credentials));
    for (const damaged of [text.replace('"keystow"', '"keystov"'), text.replace('"slots":[', '"slots": [')])
      expect(python(['read', home, passphrase], damaged).status).toBe(1);
  });

  test.each([1, 2])(
    '[EF41] keystow reads version %i as the Python implementation writes it',
    available,
    async (version) => {
      const { path } = newPlace();
      const wanted = { version, kind, home, passphrase, application: 'keystow', counter: 7, credentials };
      const { stdout, stderr } = python(['write'], JSON.stringify(wanted));
      expect(stderr).toBe('');
      writeFileSync(path, stdout, { mode: 0o600 });
      const store = openFile(path, kind);
      for (const [service, account, secret] of credentials)
        expect((await store.get({ service, account }))?.equals(textSecret(secret))).toBe(true);
      expect(await store.list()).toHaveLength(credentials.length);
      await store.set({ service: 'new', account: 'new' }, textSecret('new'));
      const read = JSON.parse(python(['read', home, passphrase], readFileSync(path, 'utf8')).stdout);
      expect(read).toMatchObject({ version: 2, counter: version === 1 ? 1 : 8 });
      expect(read.credentials).toHaveLength(credentials.length + 1);
    },
  );
});
