import type { DecipherGCM } from 'node:crypto';
import {
  type EnvelopeHeader,
  type FileIdentity,
  formatAssociatedData,
  formatSlotData,
} from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import {
  fileKeyBytes,
  type KeySlot,
  type KeySlotHeader,
  nonceBytes,
  tagBytes,
} from '../../domain/envelope/key-slot.ts';

/** An envelope whose ciphertext, with its tag, is decoded from base64. */
export type SealedPayload = EnvelopeHeader & {
  readonly ciphertext: Uint8Array | Decryptable;
  /** Closes the file, if it's still open. */
  close?(): void;
};

/** A ciphertext that is too large to keep in memory. */
export interface Decryptable {
  /** Returns the payload, or `undefined` if the ciphertext isn't authentic. */
  decrypt(decipher: DecipherGCM): Buffer | undefined;
}

type Random = (bytes: number) => Uint8Array;

/** Bytes that are encrypted at a time. A multiple of 3, so that most of the base64 is encoded without copying bytes. */
const pieceBytes = 48 * 1024;

/**
 * Seals a payload, which may be in several parts. Yields the ciphertext and its tag in base64, piece by piece. The header's
 * nonce must never have been used with this key.
 */
export function* seal(
  key: Uint8Array,
  header: EnvelopeHeader,
  payload: Iterable<Uint8Array>,
  associated = encodeAssociatedData(header),
): Generator<string, void, void> {
  const nonce = Buffer.from(header.nonce, 'base64');
  const cipher = loadNodeCrypto().createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  let rest: Buffer = Buffer.alloc(0);
  for (const part of payload) {
    for (let at = 0; at < part.length; at += pieceBytes) {
      const sealed = cipher.update(part.subarray(at, at + pieceBytes));
      const bytes = rest.length === 0 ? sealed : Buffer.concat([rest, sealed]);
      const end = bytes.length - (bytes.length % 3);
      yield bytes.toString('base64', 0, end);
      rest = bytes.subarray(end);
    }
  }
  yield Buffer.concat([rest, cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** Returns the payload, or `undefined` if the key is wrong or the envelope was altered. */
export function open(
  key: Uint8Array,
  sealed: SealedPayload,
  associated = encodeAssociatedData(sealed),
): Buffer | undefined {
  const { ciphertext } = sealed;
  const nonce = Buffer.from(sealed.nonce, 'base64');
  return ArrayBuffer.isView(ciphertext)
    ? decrypt(key, nonce, ciphertext, associated)
    : ciphertext.decrypt(createDecipher(key, nonce, associated));
}

function encodeAssociatedData(header: EnvelopeHeader): Uint8Array {
  return Buffer.from(formatAssociatedData(header));
}

/** Wraps a file key with the key that `kdf` derives. Uses a new nonce: NIST SP 800-38D §8.3 allows 2^32 of them per key. */
export function createSlot(
  slotKey: Uint8Array,
  kdf: KdfHeader,
  fileKey: Uint8Array,
  identity: FileIdentity,
  random: Random,
): KeySlot {
  const kind = kdf.name === 'argon2id' ? 'passphrase' : 'home';
  const header: KeySlotHeader = { kind, kdf, nonce: newNonce(random) };
  const associated = Buffer.from(formatSlotData(identity, header));
  const wrapped = encrypt(slotKey, Buffer.from(header.nonce, 'base64'), fileKey, associated);
  return { ...header, key: wrapped.toString('base64') };
}

/** Returns the file key, or `undefined` if the slot's key is wrong, or the slot was altered or is another file's. */
export function openSlot(slotKey: Uint8Array, slot: KeySlot, identity: FileIdentity): Uint8Array | undefined {
  const associated = Buffer.from(formatSlotData(identity, slot));
  return decrypt(slotKey, Buffer.from(slot.nonce, 'base64'), Buffer.from(slot.key, 'base64'), associated);
}

export function newFileKey(random: Random): Uint8Array {
  return random(fileKeyBytes);
}

export function newNonce(random: Random): string {
  return Buffer.from(random(nonceBytes)).toString('base64');
}

/** AES-256-GCM (NIST SP 800-38D). Returns the ciphertext followed by its 16-byte tag. */
export function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const cipher = loadNodeCrypto().createCipheriv('aes-256-gcm', key, nonce).setAAD(associated);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Returns `undefined` if the ciphertext isn't authentic: it was sealed with another key, or altered. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Buffer | undefined {
  const end = ciphertext.length - tagBytes;
  const decipher = createDecipher(key, nonce, associated).setAuthTag(ciphertext.subarray(end));
  try {
    const plaintext = decipher.update(ciphertext.subarray(0, end));
    // Adds no bytes, but throws if the tag doesn't match.
    decipher.final();
    return plaintext;
  } catch {
    return undefined;
  }
}

function createDecipher(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array): DecipherGCM {
  return loadNodeCrypto().createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(associated);
}

/** Loads `node:crypto` when it's first needed: reads of other stores include this file, but don't need it. */
export function loadNodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
