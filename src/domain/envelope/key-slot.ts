import type { KeySource } from '../profile.ts';
import { computeBase64Length, isObject } from '../text/encodings.ts';
import { argon2Bounds, type KdfHeader, normaliseKdfHeader, parseKdf } from './key-derivation.ts';

/** The file key, wrapped with a key that is derived from the home directory or from a passphrase. */
export interface KeySlot extends KeySlotHeader {
  /** The wrapped file key and its tag, base64. */
  readonly key: string;
}

/** The part of a {@link KeySlot} that is authenticated when the file key is unwrapped. */
export interface KeySlotHeader {
  readonly kind: KeySource;
  readonly kdf: KdfHeader;
  /** 12 bytes, base64. */
  readonly nonce: string;
}

/** A slot of a kind that this version doesn't know. It can't be opened, but a write keeps it. */
export interface UnknownSlot {
  readonly kind: 'unknown';
  readonly fields: JsonObject;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** NIST SP 800-38D §8.2.2: a random nonce of 96 bits. */
export const nonceBytes = 12;
export const tagBytes = 16;
export const fileKeyBytes = 32;
/** The most slots that a file may have. */
export const maxSlots = 16;
/** Longest slot of an unknown kind, as JSON. */
const maxUnknownLength = 1024;

/** The slots in `value`, or why they are invalid. `why` continues "is damaged: …". */
export function parseSlots(value: unknown): readonly (KeySlot | UnknownSlot)[] | { readonly why: string } {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxSlots)
    return { why: `it doesn't have 1 to ${maxSlots} key slots` };
  const slots: (KeySlot | UnknownSlot)[] = [];
  for (const fields of value) {
    const slot = parseSlot(fields);
    if ('why' in slot) return slot;
    slots.push(slot);
  }
  const passesKiB = slots.reduce((sum, slot) => sum + countPasses(slot), 0);
  const [, most] = argon2Bounds.passesKiB;
  return passesKiB <= most
    ? slots
    : { why: `its key slots require passesKiB ${passesKiB}, but keystow allows ${most}` };
}

function parseSlot(fields: unknown): KeySlot | UnknownSlot | { readonly why: string } {
  if (!isObject(fields) || typeof fields.kind !== 'string') return { why: 'a key slot has no kind' };
  const { kind, nonce, key } = fields;
  if (kind !== 'home' && kind !== 'passphrase') {
    return isKeepable(fields) ? { kind: 'unknown', fields } : { why: 'a key slot is too large' };
  }
  if (!isObject(fields.kdf)) return { why: 'its key derivation is missing' };
  const kdf = parseKdf(fields.kdf);
  if ('why' in kdf) return kdf;
  if ((kdf.name === 'argon2id') !== (kind === 'passphrase')) return { why: 'its key derivation is of another kind' };
  if (!isBase64(nonce, nonceBytes)) return { why: 'the nonce of a key slot is not 12 bytes in base64' };
  if (!isBase64(key, fileKeyBytes + tagBytes)) return { why: 'the key of a key slot is not 48 bytes in base64' };
  return { kind, kdf, nonce, key };
}

/** Small and not nested deeply: what later versions need, and nothing that costs time or stack. */
function isKeepable(fields: JsonObject): boolean {
  const isFlat = (value: unknown) => typeof value !== 'object' || value === null;
  return (
    Object.values(fields).every((value) => isFlat(value) || (isObject(value) && Object.values(value).every(isFlat))) &&
    JSON.stringify(fields).length <= maxUnknownLength
  );
}

function countPasses(slot: KeySlot | UnknownSlot): number {
  if (slot.kind === 'unknown' || slot.kdf.name !== 'argon2id') return 0;
  return slot.kdf.memoryKiB * slot.kdf.iterations;
}

function isBase64(value: unknown, bytes: number): value is string {
  return typeof value === 'string' && computeBase64Length(value) === bytes;
}

/** The slot as the format writes it: these fields, in this order. */
export function normaliseSlot(slot: KeySlot | UnknownSlot): JsonObject {
  return slot.kind === 'unknown' ? slot.fields : { ...normaliseSlotHeader(slot), key: slot.key };
}

export function normaliseSlotHeader({ kind, kdf, nonce }: KeySlotHeader): JsonObject {
  return { kind, kdf: normaliseKdfHeader(kdf), nonce };
}
