import type { CredentialName } from '../domain/credential-name.ts';
import { forgetStore, type PlacementIndex } from '../domain/placement/placement-index.ts';
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

/** Records what the placement file doesn't have yet about the encrypted file. Rejects if that can't be written. */
function recordFile(placement: Context['placement']): Promise<void> {
  return placement.update((now) => now);
}

/** Lowers the requirement before the file's protection: otherwise it would be rejected if the process were killed in between. */
async function permitHome({ placement }: Context, change: () => Promise<boolean>): Promise<boolean> {
  const record = await placement.recallFile(true);
  if (record === undefined) return change();
  const require = async (keySource: KeySource) => {
    placement.rememberFile({ record: { ...record, keySource }, replaces: record.written?.id });
    await recordFile(placement);
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
 * - the user requires a keyring → `keyring-required`
 * - it can't be opened, is another application's, or is weaker than recorded → rejects, and nothing is recorded
 * - the placement file can't be written → rejects
 */
export async function acceptEncryptedFile(context: Context): Promise<void> {
  checkFileAllowed(context);
  const { stores, placement, signal } = context;
  await stores.acceptFile({ signal });
  await recordFile(placement);
}

/**
 * Seals the encrypted file for the current home directory, and accepts it. Resolves what opens the file, or `undefined` if it
 * doesn't exist. If the process is killed, the old home directory or the current one opens it, and the call can be repeated.
 *
 * - the user requires a keyring → `keyring-required`
 * - neither home directory opens it, it's another application's, or weaker than required → rejects; nothing is written
 */
export async function adoptHome(context: Context, oldHome: string): Promise<KeySource | undefined> {
  checkFileAllowed(context);
  const { stores, placement, signal } = context;
  const keySource = await stores.adoptHome(oldHome, { signal });
  await recordFile(placement);
  return keySource;
}

/** What {@link resetEncryptedFile} would do, as far as it's recorded: the file may not open any more. */
export interface ResetPlan {
  readonly path: string;
  /** Whether there is a file to move. */
  readonly hasFile: boolean;
  /** The credentials that are recorded to be in the file. */
  readonly lost: readonly CredentialName[];
  /** How many credentials are recorded to be in other stores. */
  readonly kept: number;
  /** Why the records can't be used. Continues "the placement file …". */
  readonly unknown?: string;
}

/**
 * Finds what a reset would do. Changes nothing. `undefined` if there's no file, and none is recorded. Rejects as the reset
 * would if the user requires a keyring, or the placement file can't be written.
 */
export async function planReset(context: Context): Promise<ResetPlan | undefined> {
  checkFileAllowed(context);
  const { stores, placement, settings } = context;
  const [hasFile, { placement: index, why }] = [await stores.hasFile(), await placement.read()];
  const lost = index.filter(({ store }) => store === 'file').map(({ service, account }) => ({ service, account }));
  if (!hasFile && lost.length === 0) return undefined;
  await placement.checkWritable();
  const kept = index.length - lost.length;
  return { path: settings.credentialsPath, hasFile, lost, kept, ...(why !== undefined && { unknown: why }) };
}

/**
 * Moves the encrypted file aside, whatever it contains, and removes the records of the credentials in it. A new file will
 * be protected at least as the old one was. Returns the path of the backup, or `undefined` if there was no file.
 *
 * If the process is killed, the file is where it was, or it's missing and reported as such, and the call can be repeated.
 *
 * - the user requires a keyring → `keyring-required`
 * - the placement file is another program's, of a later version, or can't be written → rejects; the file stays
 */
export async function resetEncryptedFile(context: Context): Promise<string | undefined> {
  checkFileAllowed(context);
  const { stores, placement, settings, signal } = context;
  await recordFile(placement);
  let moved: string | undefined;
  await stores.setFileAside(
    async (backup) => {
      moved = backup;
      const before: PlacementIndex = (await placement.read()).placement;
      const keySource = (await placement.recallFile(true))?.keySource ?? settings.keySource;
      placement.rememberFile({ record: { keySource }, replaces: 'any' });
      await placement.update((now) => forgetStore(now, 'file', before));
    },
    { signal },
  );
  return moved;
}
