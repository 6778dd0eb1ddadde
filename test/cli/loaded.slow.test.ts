import * as crypto from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { codeAnswer, startDifyHost } from '../support/dify-host.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
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

/** hash-wasm, unless Node has its own argon2. */
const argon2 = 'argon2' in crypto ? [] : ['index.esm.cjs'];

describe('a read of the encrypted file loads no parser of command lines, no lock and no socket', () => {
  const ofFile = ['start.cjs', 'encrypted-file.cjs'];

  test('sealed by home: keystow get', () => {
    const sandbox = sandboxOf({ KEYSTOW_STORAGE: 'file' });
    sandbox.run('printf s3cret | keystow set demo alice');
    const loaded = loadedBy(sandbox, 'keystow get demo alice');
    expect(loaded).toEqual({ chunks: ['keystow.cjs'], builtin: ['crypto'] });
  });

  test('sealed by home: difyctl auth token', async () => {
    const sandbox = sandboxOf();
    const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })] });
    onTestFinished(() => host.stop());
    await sandbox.begin(`difyctl auth login --host ${host.url}`).end;
    const loaded = loadedBy(sandbox, 'difyctl auth token');
    expect(loaded).toEqual({ chunks: ['difyctl.cjs'], builtin: ['crypto'] });
  });

  test('sealed by a passphrase: keystow get, and its key derivation', () => {
    const sandbox = sandboxOf({ KEYSTOW_SEAL: 'passphrase', ...passphrase('KEYSTOW') });
    sandbox.run('printf s3cret | keystow set demo alice');
    const loaded = loadedBy(sandbox, 'keystow get demo alice');
    expect(loaded).toEqual({
      chunks: ['keystow.cjs', 'keystow-full.cjs', ...ofFile, 'passphrases.cjs', ...argon2],
      builtin: ['crypto'],
    });
  });

  test('sealed by a passphrase: jsm auth token, and its key derivation', () => {
    const sandbox = sandboxOf(passphrase('JSM'));
    sandbox.run('printf jsm_s3cret-xxxxxxxxxxxxxxxx | jsm auth set-key -');
    const loaded = loadedBy(sandbox, 'jsm auth token');
    expect(loaded).toEqual({
      chunks: ['jsm.cjs', 'jsm-full.cjs', ...ofFile, 'passphrases.cjs', ...argon2],
      builtin: ['crypto'],
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
    expect(loaded).toEqual({ chunks: [`${program}.cjs`, `${program}-secret-service.cjs`], builtin: ['net'] });
  });
});

describe('the parser of command lines measures what it prints without a segmenter of graphemes', () => {
  test.each(['keystow --help', 'keystow list', 'jsm --help', 'difyctl auth --help'])('%s', (command) => {
    const sandbox = sandboxOf({ KEYSTOW_STORAGE: 'file' });
    const none = join(sandbox.home, 'none.cjs');
    writeFileSync(none, "Intl.Segmenter = function () { throw new Error('a segmenter is made'); };");
    expect(sandbox.run(`NODE_OPTIONS='--require ${none}' ${command}`)).toMatchObject({ stderr: '', exit: 0 });
  });
});
