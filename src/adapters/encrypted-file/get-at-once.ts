import { dirname } from 'node:path';
import type { CredentialName } from '../../domain/credential-name.ts';
import { parseExactEnvelope } from '../../domain/envelope/envelope.ts';
import type { Secret } from '../../domain/secret.ts';
import { isPlainFolder, readPlain } from '../files/read-private-file.ts';
import { deriveHomeKey } from './kdf.ts';
import { findSecret } from './payload.ts';
import { open } from './seal.ts';

/** The secret in the file at `path`, where that is sealed by the home directory and in order. `undefined` says nothing. */
export function getAtOnce(path: string, home: string, name: CredentialName): Secret | undefined {
  const text = isPlainFolder(dirname(path)) ? readPlain(path) : undefined;
  const envelope = text === undefined ? undefined : parseExactEnvelope(text);
  if (envelope?.kdf.name !== 'hkdf-sha256') return undefined;
  const payload = open(deriveHomeKey(Buffer.from(home), envelope.kdf), envelope);
  return payload && findSecret(payload, name);
}
