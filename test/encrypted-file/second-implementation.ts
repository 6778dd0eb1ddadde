import { createDecipheriv, hkdfSync } from 'node:crypto';
import { argon2id } from 'hash-wasm';

/** A second implementation, written from docs/envelope.md rather than from the source, so that the two can disagree. */
export async function openBySpecification(text: string, input: { home: string; passphrase: string }): Promise<string> {
  const { ciphertext, ...header } = JSON.parse(text);
  if (header.version === 1)
    return open(await deriveKey(header.kdf, input), header.nonce, ciphertext, header).toString();
  const [{ key, ...slot }] = header.slots;
  const { format, version, application, id } = header;
  const fileKey = open(await deriveKey(slot.kdf, input), slot.nonce, key, { format, version, application, id, slot });
  return open(fileKey, header.nonce, ciphertext, header).toString();
}

type Kdf = Readonly<{ name: string; salt: string; memoryKiB: number; iterations: number; parallelism: number }>;

export async function deriveKey(kdf: Kdf, input: { home: string; passphrase: string }): Promise<Uint8Array> {
  const salt = Buffer.from(kdf.salt, 'base64');
  if (kdf.name !== 'argon2id')
    return new Uint8Array(hkdfSync('sha256', input.home, salt, 'keystow-credentials 1 aes-256-gcm', 32));
  const { memoryKiB: memorySize, iterations, parallelism } = kdf;
  const cost = { memorySize, iterations, parallelism, hashLength: 32 };
  return argon2id({ password: input.passphrase, salt, ...cost, outputType: 'binary' });
}

function open(key: Uint8Array, nonce: string, ciphertext: string, associated: unknown): Buffer {
  const sealed = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'));
  decipher.setAAD(Buffer.from(JSON.stringify(associated)));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}
