import { dirname } from 'node:path';
import { nonceBytes, serialiseEnvelope } from '../../domain/envelope.ts';
import type { KdfHeader } from '../../domain/key-derivation.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { keepsChanging } from '../files/file-errors.ts';
import { identityOf } from '../files/identity.ts';
import { createLock } from '../files/lock.ts';
import { replaceFile } from '../files/replace-file.ts';
import { sweepTemporaries } from '../files/temporary.ts';
import { tightenFolder } from '../files/tighten-folder.ts';
import { Payload } from './payload.ts';
import { seal } from './seal.ts';
import { parsePayload, readEnvelope, type SealedFileOptions } from './sealed-file.ts';
import { tooLarge } from './to-error.ts';

/** Changes a payload in place. `false`: there was nothing to change. */
export type Edit = (payload: Payload) => boolean;

/** Changes the file under its lock. `make`: where there is none, one is made. Resolves with what the edit gave. */
export type Change = (edit: Edit, make: boolean, options?: OperationOptions) => Promise<boolean>;

interface Rewrite extends OperationOptions {
  readonly edit: Edit;
  /** How a file that does not exist is to be sealed; `undefined` when it is not to be made. */
  readonly newKdf: KdfHeader | undefined;
  held(): boolean;
}

/** How often a writer starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

export function createChange(sealed: SealedFileOptions): Change {
  const { file, keys } = sealed;
  const exclusively = createLock(file);

  async function prepare(make: boolean, options?: OperationOptions): Promise<KdfHeader | undefined | 'absent'> {
    const envelope = await readEnvelope(sealed);
    if (envelope === undefined) return make ? keys.create(options) : 'absent';
    await keys.open(envelope, options);
    return undefined;
  }

  return async (edit, make, options) => {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      // Whoever has to type does so before the lock is taken, and what they typed is known by then.
      const newKdf = await prepare(make, options);
      if (newKdf === 'absent') return false;
      const done = await exclusively((held) => rewrite(sealed, { ...options, edit, newKdf, held }), options);
      if (done !== 'again') return done;
    }
    throw keepsChanging(file);
  };
}

/**
 * Reads, edits and replaces the file. Only for the holder of its lock, so it asks nobody.
 * `again`: the passphrase must be asked for first, or the file changed meanwhile; nothing was done.
 */
async function rewrite(
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
