import * as crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { needsLinux } from '../support/needs.ts';
import { Sandbox } from './sandbox.ts';

const noteLoaded = resolve(import.meta.dirname, 'note-loaded.cjs');

interface Loaded {
  /** Files of the package, in the order in which they were asked for. */
  readonly chunks: readonly string[];
  /** Modules of Node's own that a bare start has not loaded. */
  readonly builtin: readonly string[];
}

function sandboxOf(environment: Readonly<Record<string, string>> = {}): Sandbox {
  const sandbox = new Sandbox(environment);
  onTestFinished(() => sandbox.remove());
  return sandbox;
}

function loadedBy(sandbox: Sandbox, command: string): Loaded {
  const list = join(sandbox.home, 'loaded.json');
  const run = sandbox.run(`NODE_OPTIONS='--require ${noteLoaded}' LOADED_MODULES=${list} ${command}`);
  expect(run).toMatchObject({ stderr: '', exit: 0 });
  const { chunks, builtin } = JSON.parse(readFileSync(list, 'utf8')) as Loaded;
  return { chunks, builtin: builtin.filter((name) => !partsOfOthers.includes(name)) };
}

/** What Node makes its ciphers and its sockets of. */
const partsOfOthers = ['diagnostics_channel', 'stream', 'stream/promises', 'string_decoder'];

const passphrase = (prefix: string) => ({
  [`${prefix}_ALLOW_ENV_PASSPHRASE`]: '1',
  [`${prefix}_CREDENTIALS_PASSPHRASE`]: 'a passphrase',
  [`${prefix}_QUIET`]: '1',
});

/** The worker thread with hash-wasm, unless Node has its own argon2. */
const argon2 =
  'argon2' in crypto
    ? { chunks: [], builtin: [] }
    : { chunks: ['argon2-worker.cjs'], builtin: ['zlib', 'worker_threads', 'vm'] };

/** Shell commands. The variables that record what is loaded are set before them. */
const helperReads = [
  {
    program: 'git-credential-keystow',
    store:
      "printf 'protocol=https\\nhost=example.com\\nusername=a\\npassword=s3cret\\n' | git-credential-keystow store",
    get: 'sh -c \'printf "protocol=https\\nhost=example.com\\n\\n" | git-credential-keystow get\'',
  },
  {
    program: 'docker-credential-keystow',
    store: `printf '{"ServerURL":"example.com","Username":"a","Secret":"s3cret"}' | docker-credential-keystow store`,
    get: "sh -c 'printf example.com | docker-credential-keystow get'",
  },
];

describe('a read of the encrypted file loads no parser of command lines, no lock and no socket', () => {
  const ofRead = (program: string) => ['', '-file-reader'].map((part) => `${program}${part}.cjs`);

  const ofPassphrase = ['encrypted-file.cjs', 'ask-passphrase.cjs', 'passphrases.cjs', ...argon2.chunks];

  test('sealed by home: keystow get', () => {
    const sandbox = sandboxOf({ KEYSTOW_STORAGE: 'file' });
    sandbox.run('printf s3cret | keystow set demo alice');
    const loaded = loadedBy(sandbox, 'keystow get demo alice');
    expect(loaded).toEqual({ chunks: ofRead('keystow'), builtin: ['crypto'] });
  });

  test('sealed by home: difyctl auth token', async () => {
    const sandbox = sandboxOf();
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })] });
    onTestFinished(() => host.stop());
    await sandbox.begin(`difyctl auth login --host ${host.url}`).end;
    const loaded = loadedBy(sandbox, 'difyctl auth token');
    expect(loaded).toEqual({ chunks: ofRead('difyctl'), builtin: ['crypto'] });
  });

  test.each(helperReads)('sealed by home: $program get', ({ program, store, get }) => {
    const sandbox = sandboxOf({ KEYSTOW_STORAGE: 'file' });
    sandbox.run(store);
    const loaded = loadedBy(sandbox, get);
    expect(loaded).toEqual({ chunks: ofRead(program), builtin: ['crypto'] });
  });

  test('sealed by a passphrase: keystow get, and its key derivation', () => {
    const sandbox = sandboxOf({ KEYSTOW_SEAL: 'passphrase', ...passphrase('KEYSTOW') });
    sandbox.run('printf s3cret | keystow set demo alice');
    const loaded = loadedBy(sandbox, 'keystow get demo alice');
    expect(loaded).toEqual({
      chunks: [
        ...ofRead('keystow'),
        'keystow-full.cjs',
        'start.cjs',
        'rolldown-runtime.cjs',
        'credential.cjs',
        'ip-address.cjs',
        ...ofPassphrase,
      ],
      builtin: ['crypto', ...argon2.builtin],
    });
  });

  test('sealed by a passphrase: jsm auth token, and its key derivation', () => {
    const sandbox = sandboxOf(passphrase('JSM'));
    sandbox.run('printf jsm_s3cret-xxxxxxxxxxxxxxxx | jsm auth set-key -');
    const loaded = loadedBy(sandbox, 'jsm auth token');
    expect(loaded).toEqual({
      chunks: [...ofRead('jsm'), 'jsm-full.cjs', 'start.cjs', 'rolldown-runtime.cjs', ...ofPassphrase],
      builtin: ['crypto', ...argon2.builtin],
    });
  });
});

describeStore('a read of the Secret Service loads', 'secret-service', missing(), () => {
  test.each([
    ['keystow', 'keystow set demo alice', 'keystow get demo alice'],
    ['jsm', 'jsm auth set-key -', 'jsm auth token'],
  ])('a socket, and no parser, no cipher and no native binding: %s', async (program, write, read) => {
    const keyring = await startGnomeKeyring('unlocked');
    onTestFinished(() => keyring.stop());
    const sandbox = sandboxOf({ DBUS_SESSION_BUS_ADDRESS: keyring.bus.address });
    sandbox.run(`printf jsm_s3cret-xxxxxxxxxxxxxxxx | ${write}`);
    const loaded = loadedBy(sandbox, read);
    expect(loaded).toEqual({
      chunks: ['', '-secret-service-reader'].map((part) => `${program}${part}.cjs`),
      builtin: ['net'],
    });
  });

  test.each(helperReads)('the same: $program get', async ({ program, store, get }) => {
    const keyring = await startGnomeKeyring('unlocked');
    onTestFinished(() => keyring.stop());
    const sandbox = sandboxOf({ DBUS_SESSION_BUS_ADDRESS: keyring.bus.address });
    sandbox.run(store);
    const loaded = loadedBy(sandbox, get);
    expect(loaded).toEqual({
      chunks: ['', '-secret-service-reader'].map((part) => `${program}${part}.cjs`),
      builtin: ['net'],
    });
  });
});

describe('[OWN4] on Linux, native code', needsLinux, () => {
  const nativeOf = ({ chunks }: Loaded) =>
    chunks.filter((chunk) => /\.node$|^(binding|keyutils|own-package)\.cjs$/.test(chunk));

  test.each([
    "sh -c 'printf s3cret | keystow set demo alice'",
    'keystow list --json',
    'keystow migrate --to file',
    'jsm auth set-key jsm_s3cret-xxxxxxxxxxxxxxxx',
  ])('is not loaded by %s, although no keyring is there', (command) => {
    expect(nativeOf(loadedBy(sandboxOf({ ...passphrase('JSM'), KEYSTOW_QUIET: '1' }), command))).toEqual([]);
  });

  test('is loaded by doctor, which reports whether the kernel keyring is there', () => {
    const chunks = nativeOf(loadedBy(sandboxOf(), 'keystow doctor'));
    expect(chunks).toContainEqual(expect.stringMatching(/\.node$/));
  });
});
