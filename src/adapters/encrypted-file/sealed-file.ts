import { dirname } from 'node:path';
import { type Envelope, parseEnvelope } from '../../domain/envelope/envelope.ts';
import { damagedError, type KeptFile } from '../files/file-errors.ts';
import { refuseOthersFolder } from '../files/others-folder.ts';
import { type ReadOptions, readGuarded } from '../files/read-file.ts';
import { tightenFolder } from '../files/tighten-folder.ts';
import type { KeyRing } from './key-ring.ts';
import { Payload } from './payload.ts';
import { notAnEnvelope } from './to-error.ts';

export interface EnvelopeFile extends ReadOptions {
  readonly file: KeptFile;
  readonly home: string;
}

export interface SealedFileOptions extends EnvelopeFile {
  readonly keys: KeyRing;
  readonly random: (bytes: number) => Uint8Array;
}

/** The envelope that stands there; `undefined` when there is no file. Derives nothing. */
export async function readEnvelope({ file, home, ...options }: EnvelopeFile): Promise<Envelope | undefined> {
  refuseOthersFolder(file);
  const text = await readGuarded(file, options);
  if (text === undefined) return undefined;
  tightenFolder(dirname(file.path), home, options.notice);
  const parsed = parseEnvelope(text);
  if (parsed.kind !== 'envelope') throw notAnEnvelope(file, parsed);
  return parsed.envelope;
}

export function parsePayload(file: KeptFile, bytes: Uint8Array): Payload {
  const payload = Payload.parse(bytes);
  if (payload === undefined) throw damagedError(file, 'what it holds is not a list of credentials');
  return payload;
}
