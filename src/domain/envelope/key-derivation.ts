import { computeBase64Length } from '../text/encodings.ts';

/** HKDF with SHA-256 (RFC 5869) over the home directory. `salt`: 32 bytes, base64. */
export interface HkdfHeader {
  readonly name: 'hkdf-sha256';
  readonly salt: string;
}

/** What one argon2id derivation costs (RFC 9106 §3.1). */
export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** Argon2id, version 0x13 (RFC 9106), over a passphrase. `salt`: 16 to 64 bytes, base64. */
export interface Argon2Header extends Argon2Cost {
  readonly name: 'argon2id';
  readonly salt: string;
}

/** How the key of an encrypted file is derived, from its header. */
export type KdfHeader = HkdfHeader | Argon2Header;

/** The second recommended option of RFC 9106 §4. */
export const recommendedCost: Argon2Cost = { memoryKiB: 65_536, iterations: 3, parallelism: 4 };

export const hkdfSaltBytes = 32;
/** For a new file. RFC 9106 §3.1 recommends 16 bytes. */
export const argon2SaltBytes = 16;

/**
 * What a file may require: [least, most]. The upper bounds keep a malicious file from using up the machine's memory or
 * minutes of its time. `passesKiB` is memory times iterations; the time is proportional to it.
 */
export const argon2Bounds = {
  memoryKiB: [8_192, 262_144],
  iterations: [1, 10],
  parallelism: [1, 8],
  passesKiB: [8_192, 786_432],
  saltBytes: [16, 64],
} as const;

/** The fields of the format, in its order: a header from elsewhere may have extra fields, or another order. */
export function normaliseKdfHeader(kdf: KdfHeader): KdfHeader {
  if (kdf.name === 'hkdf-sha256') return { name: kdf.name, salt: kdf.salt };
  const { name, memoryKiB, iterations, parallelism, salt } = kdf;
  return { name, memoryKiB, iterations, parallelism, salt };
}

const invalidBase64 = '=';

type JsonObject = Readonly<Record<string, unknown>>;

/** The header in `fields`, or why it is invalid. `why` continues "is damaged: …". */
export function parseKdf(fields: JsonObject): KdfHeader | { readonly why: string } {
  const { name } = fields;
  const salt = typeof fields.salt === 'string' ? fields.salt : invalidBase64;
  const saltBytes = computeBase64Length(salt);
  if (saltBytes === undefined) return { why: 'its salt is not base64' };
  if (name === 'argon2id') return parseArgon2(fields, salt, saltBytes);
  if (name !== 'hkdf-sha256') return { why: 'its key derivation is unknown' };
  return saltBytes === hkdfSaltBytes ? { name, salt } : { why: `its salt is not ${hkdfSaltBytes} bytes long` };
}

function parseArgon2(fields: JsonObject, salt: string, saltBytes: number): KdfHeader | { readonly why: string } {
  const { memoryKiB, iterations, parallelism } = fields;
  if (!isInteger(memoryKiB) || !isInteger(iterations) || !isInteger(parallelism)) {
    return { why: 'the cost of its key derivation is not three integers' };
  }
  const required = { memoryKiB, iterations, parallelism, passesKiB: memoryKiB * iterations, saltBytes };
  for (const [name, [least, most]] of Object.entries(argon2Bounds)) {
    const value = required[name as keyof typeof argon2Bounds];
    if (value < least || value > most) {
      return { why: `its key derivation requires ${name} ${value}, but keystow allows ${least} to ${most}` };
    }
  }
  return { name: 'argon2id', memoryKiB, iterations, parallelism, salt };
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
