import { realpathSync } from 'node:fs';
import { normalize } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { type FileIdentity, type HeaderV2, listSlots } from '../../domain/envelope/envelope.ts';
import { type HkdfHeader, hkdfSaltBytes } from '../../domain/envelope/key-derivation.ts';
import { type KeySlot, maxSlots } from '../../domain/envelope/key-slot.ts';
import { describeFile, type ManagedFile } from '../files/file-errors.ts';
import { deriveHomeKey } from './kdf.ts';
import type { HomePaths, KeyCache, KeyHole, OpenedFile } from './key-cache.ts';
import { createSlot, openSlot, type SealedPayload } from './seal.ts';

/**
 * Opens a file that the first path doesn't open: `HOME` leads through a link, had another spelling when version 0.1 sealed
 * the file, or isn't set to the path that the account has. Returns `undefined` if none of the paths opens it.
 */
export async function openByAnotherHome(
  keys: KeyCache,
  sealed: SealedPayload,
  holes: readonly KeyHole[],
): Promise<OpenedFile | undefined> {
  for (const hole of holes) {
    const { kdf } = hole;
    if (kdf.name === 'argon2id') continue;
    for (const path of listPaths(keys.options)) {
      const key = deriveHomeKey(Buffer.from(path), kdf);
      const opened = await keys.tryKey(sealed, hole, key);
      if (opened === undefined) continue;
      keys.add(kdf, key);
      return opened;
    }
  }
  if (keys.options.home === '' && holes.every(({ kdf }) => kdf.name !== 'argon2id')) throw homeUnknownError(keys.file);
  return undefined;
}

function listPaths({ home, otherHomes = () => [], oldHome }: HomePaths): ReadonlySet<string> {
  const spelled = [home, ...otherHomes(), ...(oldHome === undefined ? [] : [oldHome, normalize(oldHome)])];
  const withoutSlash = [...spelled, ...spelled.map(findRealPath)].map((path) => path.replace(/(?<=.)\/+$/, ''));
  // Version 0.1 used `HOME` as it was, and some systems end it with a slash.
  return new Set([...spelled, ...withoutSlash, ...withoutSlash.map((path) => `${path}/`)]);
}

/** The path without links, as the file system spells it; on Windows, without short names and with the letter of the drive. */
function findRealPath(path: string): string {
  try {
    return path === '' ? path : realpathSync.native(path);
  } catch {
    return path;
  }
}

/**
 * Creates the slots of the home directory: one for its path, and another one if its real path differs. So the file opens
 * however the path is spelled, and also after the folder was moved and a link to it has its old path.
 */
export function createHomeSlots(
  file: ManagedFile,
  home: string,
  kdf: HkdfHeader,
  fileKey: Uint8Array,
  { identity, random }: { readonly identity: FileIdentity; readonly random: (bytes: number) => Uint8Array },
): readonly KeySlot[] {
  if (home === '') throw homeUnknownError(file);
  const create = (path: string, kdf: HkdfHeader) =>
    createSlot(deriveHomeKey(Buffer.from(path), kdf), kdf, fileKey, identity, random);
  const first = create(home, kdf);
  const realPath = findRealPath(home);
  if (realPath === home) return [first];
  const salt = Buffer.from(random(hkdfSaltBytes)).toString('base64');
  return [first, create(realPath, { name: 'hkdf-sha256', salt })];
}

/** So many earlier paths of a home directory that was moved, or that machines share, still open the file. */
const maxHomeSlots = 4;

/** Puts new slots of the home directory before those of its other paths, which stay, and all other slots. */
export function addHomeSlots(header: HeaderV2, home: string, added: readonly KeySlot[]): HeaderV2['slots'] {
  const others = header.slots.filter(({ kind }) => kind !== 'home');
  const paths = [home, findRealPath(home)];
  const older = listHomeSlots(header).filter((slot) => !paths.some((path) => isSlotOf(path, slot, header)));
  return [...[...added, ...older].slice(0, Math.min(maxHomeSlots, maxSlots - others.length)), ...others];
}

/** Whether the path of the home directory and its real path open slots, or no slot is of a home directory. */
export function isSealedForHome(home: string, header: HeaderV2): boolean {
  const slots = listHomeSlots(header);
  const isSealedFor = (path: string) => slots.some((slot) => isSlotOf(path, slot, header));
  return home === '' || slots.length === 0 || [home, findRealPath(home)].every(isSealedFor);
}

function listHomeSlots(header: HeaderV2): readonly KeySlot[] {
  return listSlots(header).filter(({ kind }) => kind === 'home');
}

function isSlotOf(path: string, slot: KeySlot, identity: FileIdentity): boolean {
  const { kdf } = slot;
  return kdf.name !== 'argon2id' && openSlot(deriveHomeKey(Buffer.from(path), kdf), slot, identity) !== undefined;
}

function homeUnknownError(file: ManagedFile): CredentialError {
  const message = `HOME is required: it seals ${describeFile(file)}, and this user has no account`;
  return new CredentialError('invalid-setting', message, {
    hint: 'set HOME to an absolute path that stays the same, in a systemd unit with Environment=HOME=…',
  });
}
