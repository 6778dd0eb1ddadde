import { dirname } from 'node:path';
import { type Envelope, serialiseEnvelope } from '../../domain/envelope/envelope.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { contendedError } from '../files/file-errors.ts';
import { restrictPermissions, warnAboutWritableFolders } from '../files/folders.ts';
import { createLock } from '../files/lock.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';
import { parsePayload, readEnvelope, type SealedFileOptions, tooLargeError } from './envelope-file.ts';
import { Payload } from './payload.ts';
import { sealWithNewNonce } from './seal.ts';

/** Changes a payload in place. `false`: there was nothing to change. */
export type Edit = (payload: Payload) => boolean;

/** Changes the file under its lock: in one replacement, so that whoever is killed leaves the old one or the new one. */
export interface FileWriter {
  /** `make`: where there is no file, one is made. Resolves with what the edit gave. */
  edit(edit: Edit, make: boolean, options?: OperationOptions): Promise<boolean>;
  /** Seals what it holds anew. `false`: there is no file. */
  reseal(seal: 'home' | 'passphrase', options?: OperationOptions): Promise<boolean>;
}

/** What a file is to become. */
interface Rewrite extends OperationOptions {
  readonly edit: Edit;
  /** How it is to be sealed, given how the one that stands there is; `undefined` when there is none to write. */
  kdf(standing: KdfHeader | undefined): KdfHeader | undefined;
}

/** How often a writer starts over because the file changed in spite of the lock. */
const maxAttempts = 10;

export function createFileWriter(sealed: SealedFileOptions): FileWriter {
  const { file, keys } = sealed;
  const exclusively = createLock(file);

  /** Whoever has to type does so in `prepare`, before the lock is taken; what they typed is known by then. */
  async function change(
    prepare: (standing: Envelope | undefined) => Promise<Rewrite | 'absent'>,
    options: OperationOptions | undefined,
  ): Promise<boolean> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const standing = await readEnvelope(sealed);
      if (standing !== undefined) await keys.open(standing, options);
      const work = await prepare(standing);
      if (work === 'absent') return false;
      const done = await exclusively((held) => rewrite(sealed, { ...options, ...work, held }), options);
      if (done !== 'again') return done;
    }
    throw contendedError(file);
  }

  return {
    edit: (edit, make, options) =>
      change(async (standing) => {
        if (standing === undefined && !make) return 'absent';
        const newKdf = standing === undefined ? await keys.createHeader(options) : undefined;
        return { edit, kdf: (kdf) => kdf ?? newKdf };
      }, options),

    async reseal(seal, options) {
      let newKdf: KdfHeader | undefined;
      return change(async (standing) => {
        if (standing === undefined) return 'absent';
        newKdf ??= await keys.createNewHeader(seal, options);
        return { edit: () => true, kdf: (kdf) => kdf && newKdf };
      }, options);
    },
  };
}

/**
 * Reads, edits and replaces the file. Only for the holder of its lock, so it asks nobody.
 * `again`: the passphrase must be asked for first, or the file changed meanwhile; nothing was done.
 */
async function rewrite(
  sealed: SealedFileOptions,
  { edit, kdf: kdfFor, held, ...options }: Rewrite & { held(): boolean },
): Promise<boolean | 'again'> {
  const { file, keys, maxBytes } = sealed;
  removeOrphanedTemps(file.path);
  const expected = fileVersion(file);
  const envelope = await readEnvelope(sealed);
  const kdf = kdfFor(envelope?.kdf);
  const key = kdf && (await keys.findKey(kdf));
  const opened = envelope && (await keys.openWithKnownKey(envelope));
  if (key === undefined || kdf === undefined || (envelope && opened === undefined)) return 'again';
  const payload = opened ? parsePayload(file, opened) : new Payload();
  if (!edit(payload)) return false;
  const text = serialiseEnvelope(sealWithNewNonce(key, kdf, payload.serialise(), sealed.random));
  if (text.length > maxBytes) throw tooLargeError(file, maxBytes);
  restrictPermissions(dirname(file.path), sealed.home, sealed.notice);
  warnAboutWritableFolders(file, sealed.notice);
  const isPermitted = () => {
    throwIfAborted(options);
    return held();
  };
  return (await replaceFile({ file, bytes: Buffer.from(text), expected, isPermitted })) || 'again';
}
