import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createEncryptedFile, type EncryptedFileOptions } from '../../src/adapters/encrypted-file/encrypted-file.ts';
import type { Argon2Cost } from '../../src/domain/envelope/key-derivation.ts';
import type { PassphraseSource } from '../../src/ports/interaction.ts';
import { textSecret } from '../contract/secrets.ts';
import { createFileMemory } from '../support/file-memory.ts';

export type KeySource = EncryptedFileOptions['keySource'];
export const keySources: readonly KeySource[] = ['home', 'passphrase'];

/** The least that a file may ask for: some 15 ms. */
export const cheap: Argon2Cost = { memoryKiB: 8192, iterations: 1, parallelism: 1 };
export const home = '/home/alice';
export const passphrase = 'correct horse battery staple';

export const alice = { service: 'example.com', account: 'alice' };
export const bob = { service: 'example.com', account: 'bob' };

/** A folder that goes away with the test, and the path of an encrypted file in it. */
export function newPlace(): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, path: join(folder, 'credentials.json') };
}

/** Answers as typed, one after the other, and counts how often it was asked. */
export function typed(...answers: readonly string[]): PassphraseSource & { readonly asked: string[] } {
  const left = [...answers];
  const asked: string[] = [];
  const next = () => {
    const answer = left.length > 1 ? left.shift() : left[0];
    return answer === undefined ? undefined : textSecret(answer);
  };
  return {
    asked,
    async open(attempt) {
      asked.push(`open ${attempt}`);
      return next();
    },
    async create() {
      asked.push('create');
      return next() ?? textSecret('');
    },
    async change() {
      asked.push('change');
      return next() ?? textSecret('');
    },
  };
}

/** A store with cheap derivation; notices are collected unless they are given an ear. */
export function openFile(path: string, keySource: KeySource, options: Partial<EncryptedFileOptions> = {}) {
  return createEncryptedFile({
    path,
    application: 'keystow',
    program: 'keystow',
    memory: createFileMemory(),
    keySource,
    home,
    passphrases: typed(passphrase),
    notice: () => undefined,
    cost: cheap,
    ...options,
  });
}

/** What finds the key source of a file without opening it. */
export function existingFile(path: string) {
  const memory = createFileMemory();
  const keySource = 'home' as const;
  return { path, home, application: 'keystow', program: 'keystow', keySource, memory, notice: () => undefined };
}

/** A file with one credential, and its bytes. */
export async function sealedFile(keySource: KeySource) {
  const place = newPlace();
  await openFile(place.path, keySource).set(alice, textSecret('s3cret-of-alice'));
  return { ...place, whole: readFileSync(place.path) };
}
