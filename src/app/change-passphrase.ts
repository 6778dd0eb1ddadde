import type { KeySource } from '../domain/profile.ts';
import { type Context, checkPolicy } from './context.ts';

/** How the encrypted file was sealed, and how it is now. */
export interface Resealed {
  readonly before: KeySource;
  readonly seal: KeySource;
}

/**
 * Seals the encrypted file by a new passphrase, or by the home directory, whatever it is sealed by. Killed anywhere, it
 * opens as before or by the new one.
 *
 * - there is no file → `undefined`
 * - it does not open, or no new passphrase is given → rejects, and the file stays as it is
 */
export async function changePassphrase(context: Context, seal: KeySource): Promise<Resealed | undefined> {
  await checkPolicy(context);
  const { stores, signal } = context;
  const before = await stores.findFileKeySource();
  if (before === undefined) return undefined;
  const isIdle = before === 'home' && seal === 'home';
  return isIdle || (await stores.resealFile(seal, { signal })) ? { before, seal } : undefined;
}
