import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deriveKey } from '../src/adapters/encrypted-file/kdf.ts';
import { createSlot, newFileKey, newNonce, seal } from '../src/adapters/encrypted-file/seal.ts';
import type { CredentialName } from '../src/domain/credential-name.ts';
import { serialiseEnvelope } from '../src/domain/envelope/envelope.ts';
import type { FileRecord } from '../src/domain/envelope/file-record.ts';
import { type KdfHeader, recommendedCost } from '../src/domain/envelope/key-derivation.ts';
import { serialisePlacement } from '../src/domain/placement/placement-codec.ts';
import type { StoreId } from '../src/domain/store-id.ts';

/** A token of the usual size: 1 KB of text. */
export const token = randomBytes(768).toString('base64');

/** The credential that is read. */
export const name = { service: 'github.com', account: 'alice' };

export const passphrase = 'correct horse battery staple';

/** Everything that the benchmark writes. */
const folder = mkdtempSync(join(tmpdir(), 'keystow-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The environment of a program with its own home directory, without `NODE_EXTRA_CA_CERTS`. */
export function newHome(
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> & { readonly HOME: string } {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8', ...extra, HOME: mkdtempSync(join(folder, 'home-')) };
}

/** Writes an encrypted file with `count` credentials, one of them {@link name}, and its placement file. */
export async function fillFile(
  home: string,
  sealedBy: 'home' | 'passphrase',
  count: number,
  text = token,
): Promise<void> {
  const salt = randomBytes(sealedBy === 'home' ? 32 : 16).toString('base64');
  const kdf: KdfHeader =
    sealedBy === 'home' ? { name: 'hkdf-sha256', salt } : { name: 'argon2id', ...recommendedCost, salt };
  const secret = Buffer.from(text).toString('base64');
  const lines = makeNames(count).map(({ service, account }) => `\n${JSON.stringify([service, account, secret])}`);
  const payload = Buffer.from(`{"counter":1,"credentials":[${lines.join(',')}\n]}`);
  const slotKey = await deriveKey(kdf, Buffer.from(sealedBy === 'home' ? home : passphrase));
  const identity = { application: 'keystow', id: randomBytes(16).toString('base64') };
  const fileKey = newFileKey(randomBytes);
  const slots = [createSlot(slotKey, kdf, fileKey, identity, randomBytes)];
  const header = { version: 2 as const, ...identity, slots, nonce: newNonce(randomBytes) };
  const ciphertext = [...seal(fileKey, header, [payload])].join('');
  write(join(home, '.config/keystow/credentials.json'), serialiseEnvelope({ ...header, ciphertext }));
  recordAll(home, 'file', count, { keySource: sealedBy, written: { id: identity.id, counter: 1 } });
}

/** Writes a placement file that records `count` credentials in `store`. */
export function recordAll(home: string, store: StoreId, count: number, file?: FileRecord): void {
  const writtenAt = new Date().toISOString();
  const entries = makeNames(count).map((each) => ({ ...each, store, writtenAt, stale: [] }));
  write(join(home, '.config/keystow/placement.json'), serialisePlacement(entries, file));
}

/** Sorted as keystow writes them. */
export function makeNames(count: number): readonly CredentialName[] {
  const account = (index: number) => `${index}`.padStart(6, '0');
  const others = Array.from({ length: count - 1 }, (_, index) => ({
    service: 'other.example',
    account: account(index),
  }));
  return [name, ...others];
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}
