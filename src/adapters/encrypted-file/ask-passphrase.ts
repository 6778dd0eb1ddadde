import { CredentialError } from '../../domain/credential-error.ts';
import type { KdfHeader } from '../../domain/envelope/key-derivation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { damagedError, describeFile, type ManagedFile } from '../files/file-errors.ts';
import { type KeyCache, type KeyHole, listKeyHoles, type OpenedFile } from './key-cache.ts';
import type { SealedPayload } from './seal.ts';

const maxAttempts = 3;

/** Asks for the passphrase, up to three times, opens the file, and adds the key to the cache. */
export async function askAndOpen(
  keys: KeyCache,
  sealed: SealedPayload,
  options: OperationOptions | undefined,
): Promise<OpenedFile> {
  const { passphrases } = keys.options;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    throwIfAborted(options);
    const passphrase = await passphrases.open(attempt);
    if (passphrase === undefined && attempt === 1) throw passphraseRequiredError(keys.file);
    if (passphrase === undefined) break;
    for (const hole of listKeyHoles(sealed)) {
      if (hole.kdf.name !== 'argon2id') continue;
      throwIfAborted(options);
      const key = await deriveFromPassphrase(keys, hole.kdf, passphrase, options);
      const opened = key && (await keys.tryKey(sealed, hole, key));
      if (key === undefined || opened === undefined) continue;
      keys.add(hole.kdf, key);
      return opened;
    }
  }
  throw wrongPassphraseError(keys);
}

/** Adds the key of a new passphrase. The empty one, which never opens a file → `passphrase-required`. */
export async function addPassphrase(
  keys: KeyCache,
  kdf: KdfHeader,
  passphrase: Secret,
  options: OperationOptions | undefined,
): Promise<void> {
  const key = await deriveFromPassphrase(keys, kdf, passphrase, options);
  if (key === undefined) throw passphraseRequiredError(keys.file);
  keys.add(kdf, key);
}

/** Returns `undefined` for the empty passphrase. */
async function deriveFromPassphrase(
  { file, options: { derive } }: KeyCache,
  kdf: KdfHeader,
  passphrase: Secret,
  options: OperationOptions | undefined,
): Promise<Uint8Array | undefined> {
  if (passphrase.expose().length === 0) return undefined;
  try {
    return await derive(kdf, passphrase.expose(), options?.signal);
  } catch (error) {
    throwIfAborted(options);
    throw derivationError(file, error);
  }
}

/** No key in the cache opens the file, and there is nothing to ask for. */
export function unopenedError({ file, options }: KeyCache, holes: readonly KeyHole[]): CredentialError {
  if (holes.length === 0) {
    const why = 'is opened by something that this version of keystow does not support';
    return new CredentialError('file-version', `${describeFile(file)} ${why}`, {
      hint: 'update this program; keystow does not change the file',
    });
  }
  if (holes.every(({ kdf }) => kdf.name === 'argon2id')) return damagedError(file, 'it was altered');
  const message = `${describeFile(file)} was sealed for another home directory, or is damaged`;
  const { oldHome, program, command = program } = options;
  const adopt = `${command} doctor --adopt-home OLD_HOME`;
  return new CredentialError('file-damaged', message, {
    hint:
      oldHome === undefined
        ? `if the home directory was moved, or the file is from another one, run: ${adopt}; otherwise restore the file from a backup`
        : `it was not sealed for ${oldHome}: check how HOME was spelled there, or restore the file from a backup`,
  });
}

/** GCM can't tell a wrong passphrase from a damaged file. */
function wrongPassphraseError({
  file,
  options: { program, command = program, passphrases },
}: KeyCache): CredentialError {
  return new CredentialError('wrong-passphrase', `wrong passphrase for ${describeFile(file)}`, {
    hint: `${passphrases.variable === undefined ? '' : `correct ${passphrases.variable}; `}if you have forgotten it, run: ${command} reset; if you are sure that it is right, the file is damaged: restore it from a backup`,
  });
}

function passphraseRequiredError(file: ManagedFile): CredentialError {
  return new CredentialError('passphrase-required', `a passphrase is required for ${describeFile(file)}`);
}

function derivationError(file: ManagedFile, cause: unknown): CredentialError {
  const message = `the key of ${describeFile(file)} cannot be derived: ${String(cause)}`;
  return new CredentialError('failed', message, { cause });
}
