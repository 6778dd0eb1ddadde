import { dirname } from 'node:path';
import { type Envelope, nonceBytes, parseEnvelope, serialiseEnvelope } from '../../domain/envelope.ts';
import type { KdfHeader } from '../../domain/key-derivation.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { damagedError, type KeptFile } from '../files/file-errors.ts';
import { tightenFolder } from '../files/folder.ts';
import { identityOf } from '../files/identity.ts';
import { type ReadOptions, readGuarded } from '../files/read-file.ts';
import { replaceFile } from '../files/replace-file.ts';
import { sweepTemporaries } from '../files/temporary.ts';
import type { KeyRing } from './key-ring.ts';
import { Payload } from './payload.ts';
import { seal } from './seal.ts';
import { notAnEnvelope, tooLarge } from './to-error.ts';

export interface EnvelopeFile extends ReadOptions {
  readonly file: KeptFile;
  readonly home: string;
}

export interface SealedFileOptions extends EnvelopeFile {
  readonly keys: KeyRing;
  readonly random: (bytes: number) => Uint8Array;
}

/** Changes a payload in place. `false`: there was nothing to change. */
export type Edit = (payload: Payload) => boolean;

export interface Rewrite extends OperationOptions {
  readonly edit: Edit;
  /** How a file that does not exist is to be sealed; `undefined` when it is not to be made. */
  readonly newKdf: KdfHeader | undefined;
  held(): boolean;
}

/** The envelope that stands there; `undefined` when there is no file. Derives nothing. */
export async function readEnvelope({ file, home, ...options }: EnvelopeFile): Promise<Envelope | undefined> {
  const bytes = await readGuarded(file, options);
  if (bytes === undefined) return undefined;
  tightenFolder(dirname(file.path), home, options.notice);
  const parsed = parseEnvelope(bytes.toString('latin1'));
  if (parsed.kind !== 'envelope') throw notAnEnvelope(file, parsed);
  return parsed.envelope;
}

export function parsePayload(file: KeptFile, bytes: Uint8Array): Payload {
  const payload = Payload.parse(bytes);
  if (payload === undefined) throw damagedError(file, 'what it holds is not a list of credentials');
  return payload;
}

/**
 * Reads, edits and replaces the file. Only for the holder of its lock, so it asks nobody.
 * `again`: the passphrase must be asked for first, or the file changed meanwhile; nothing was done.
 */
export async function rewrite(
  sealed: SealedFileOptions,
  { edit, newKdf, held, ...options }: Rewrite,
): Promise<boolean | 'again'> {
  const { file, keys, maxBytes } = sealed;
  sweepTemporaries(file.path);
  const expected = identityOf(file);
  const envelope = await readEnvelope(sealed);
  const kdf = envelope?.kdf ?? newKdf;
  const key = kdf && (await keys.known(kdf));
  const opened = envelope && (await keys.openKnown(envelope));
  if (key === undefined || kdf === undefined) return 'again';
  const payload = opened ? parsePayload(file, opened) : new Payload();
  if (!edit(payload)) return false;
  const nonce = Buffer.from(sealed.random(nonceBytes)).toString('base64');
  const text = serialiseEnvelope(seal(key, { kdf, nonce }, payload.serialise()));
  if (text.length > maxBytes) throw tooLarge(file, maxBytes);
  tightenFolder(dirname(file.path), sealed.home, sealed.notice);
  const permitted = () => {
    throwIfAborted(options);
    return held();
  };
  return (await replaceFile({ file, bytes: Buffer.from(text, 'latin1'), expected, permitted })) || 'again';
}
