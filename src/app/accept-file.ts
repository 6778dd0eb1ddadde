import type { Context } from './context.ts';

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
