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
  const { stores, signal } = context;
  const before = await stores.findFileKeySource();
  if (before === undefined) return undefined;
  const isUnchanged = before === 'home' && keySource === 'home';
  return isUnchanged || (await stores.resealFile(keySource, { signal })) ? { before, seal: keySource } : undefined;
}
