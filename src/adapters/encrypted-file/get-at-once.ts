import { dirname } from 'node:path';
import type { CredentialName } from '../../domain/credential-name.ts';
import { parseEnvelope } from '../../domain/envelope/envelope.ts';
import type { Secret } from '../../domain/secret.ts';
import { isPrivateFolder, readIfPrivate } from '../files/read-private-file.ts';
import { deriveHomeKey } from './kdf.ts';
import { Payload } from './payload.ts';
import { decodeBase64, open } from './seal.ts';

/**
 * Returns a secret from a private, undamaged file with the key source `home`. In any other case returns `undefined` or
 * throws; the full program then reports the error.
 */
export function readFileSecretFast(path: string, home: string, name: CredentialName): Secret | undefined {
  const text = isPrivateFolder(dirname(path)) ? readIfPrivate(path) : undefined;
  const parsed = text === undefined ? undefined : parseEnvelope(text);
  const envelope = parsed?.kind === 'envelope' ? parsed.envelope : undefined;
  const ciphertext = envelope && decodeBase64(envelope.ciphertext);
  if (envelope?.kdf.name !== 'hkdf-sha256' || ciphertext === undefined) return undefined;
  const payload = open(deriveHomeKey(Buffer.from(home), envelope.kdf), { ...envelope, ciphertext });
  return payload && Payload.parse(payload)?.get(name);
}
