import { createDecipheriv, hkdfSync } from 'node:crypto';
import { argon2id } from 'hash-wasm';

/** A second implementation, written from docs/envelope.md rather than from the source, so that the two can disagree. */
export async function openBySpecification(text: string, input: { home: string; passphrase: string }): Promise<string> {
  const { ciphertext, ...header } = JSON.parse(text);
  const { kdf } = header;
  const salt = Buffer.from(kdf.salt, 'base64');
  const key =
    kdf.name === 'argon2id'
      ? await argon2id({
          password: input.passphrase,
          salt,
          memorySize: kdf.memoryKiB,
          iterations: kdf.iterations,
          parallelism: kdf.parallelism,
          hashLength: 32,
          outputType: 'binary',
        })
      : new Uint8Array(hkdfSync('sha256', input.home, salt, 'keystow-credentials 1 aes-256-gcm', 32));
  const sealed = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(header.nonce, 'base64'));
  decipher.setAAD(Buffer.from(JSON.stringify(header)));
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
}
