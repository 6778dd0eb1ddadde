import type { KeySource } from '../domain/profile.ts';
import type { Context } from './context.ts';
import { checkFileAllowed, checkPolicy } from './credentials/enabled-stores.ts';

/** The key source of the encrypted file before and after. */
export interface ResealResult {
  readonly before: KeySource;
  readonly seal: KeySource;
}

/**
 * Reseals the encrypted file with a new passphrase, or with the home directory. If the process is killed, either the old
 * key source or the new one opens the file.
 *
 * - the user requires a keyring → `keyring-required`
 * - there's no file → `undefined`
 * - the file can't be opened, or no new passphrase is given → rejects, and the file doesn't change
 */
export async function changePassphrase(context: Context, keySource: KeySource): Promise<ResealResult | undefined> {
  await checkPolicy(context);
  checkFileAllowed(context);
  const { stores, signal, placement } = context;
  const before = await stores.findFileKeySource();
  if (before === undefined) return undefined;
  const change = async () => (before === 'home' && keySource === 'home') || stores.resealFile(keySource, { signal });
  const changed = await (keySource === 'home' ? permitHome(context, change) : change());
  await placement.flushFile();
  return changed ? { before, seal: keySource } : undefined;
}

/** Lowers the requirement before the file's protection: otherwise it would be rejected if the process were killed in between. */
async function permitHome({ placement }: Context, change: () => Promise<boolean>): Promise<boolean> {
  const record = await placement.recallFile(true);
  if (record === undefined) return change();
  const require = async (keySource: KeySource) => {
    placement.rememberFile({ record: { ...record, keySource }, replaces: record.written?.id });
    await placement.update((now) => now);
  };
  await require('home');
  let changed = false;
  try {
    changed = await change();
  } finally {
    if (!changed) await require(record.keySource);
  }
  return changed;
}

/**
 * Accepts the encrypted file as it is now, whatever was written last: an older copy, another file, or none.
 *
 * - it can't be opened, is another application's, or is weaker than required → rejects, and nothing is recorded
 * - the placement file can't be written → rejects
 */
export async function acceptEncryptedFile({ stores, placement, signal }: Context): Promise<void> {
  await stores.acceptFile({ signal });
  await placement.update((now) => now);
}

/**
 * Seals the encrypted file for the current home directory, and accepts it. Resolves what opens the file, or `undefined` if it
 * doesn't exist. If the process is killed, the old home directory or the current one opens it, and the call can be repeated.
 *
 * - neither home directory opens it, it's another application's, or weaker than required → rejects; nothing is written
 */
export async function adoptHome(
  { stores, placement, signal }: Context,
  oldHome: string,
): Promise<KeySource | undefined> {
  const keySource = await stores.adoptHome(oldHome, { signal });
  await placement.update((now) => now);
  return keySource;
}
