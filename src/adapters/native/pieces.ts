import { setTimeout as sleep } from 'node:timers/promises';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Item, Items } from './items.ts';
import { isManifest, type Manifest, readManifest, type Slot, sha256Hex, writeManifest } from './manifest.ts';

/** The items that one credential may be spread over, and how much one of them holds. */
export interface Shelf {
  readonly main: Item;
  piece(slot: Slot, index: number): Item;
  readonly maxItemBytes: number;
}

/** Largest secret that is kept, in bytes: bounds how many pieces there can be. */
export const maxSecretBytes = 8 * 1024 * 1024;

const slots: readonly Slot[] = ['a', 'b'];

/** Times that a reader begins anew, when a writer took away the pieces that it was reading, and its longest pause. */
const attempts = 8;
const maxPauseMs = 100;

/** The secret, whole, or `undefined` where there is none. Never a mixture of two. */
export async function readSecret(items: Items, shelf: Shelf): Promise<Uint8Array | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await sleep(Math.min(2 ** attempt, maxPauseMs));
    const main = await items.read(shelf.main);
    if (main === undefined || !isManifest(main)) return main;
    const manifest = readManifest(main);
    const secret = await readPieces(items, shelf, manifest);
    if (secret !== undefined && sha256Hex(secret) === manifest.sha256Hex) return secret;
  }
  throw new CredentialError('failed', 'a piece of the secret is missing or altered');
}

/**
 * Replaces the secret in one write of the main item. A secret that the item can hold is written as it is. Any other
 * goes, piece by piece from 0 on, into the slot that is not in use, before the main item is made to point there.
 *
 * Pieces that no manifest counts are swept afterwards, the last first: whenever that is cut short, what is left is
 * without gaps from the lowest on, and so the next write or removal finds all of it.
 */
export async function writeSecret(items: Items, shelf: Shelf, secret: Uint8Array): Promise<void> {
  const { main, maxItemBytes } = shelf;
  const old = await inUse(items, shelf);
  if (secret.length > 0 && secret.length <= maxItemBytes && !isManifest(secret)) {
    await items.write(main, secret);
    await sweepAll(items, shelf, old);
    return;
  }
  const slot = old?.slot === 'a' ? 'b' : 'a';
  const count = Math.ceil(secret.length / maxItemBytes);
  for (let index = 0; index < count; index += 1) {
    const start = index * maxItemBytes;
    await items.write(shelf.piece(slot, index), secret.subarray(start, start + maxItemBytes));
  }
  await items.write(main, writeManifest({ slot, count, sha256Hex: sha256Hex(secret) }));
  await sweepAll(items, shelf, old, { slot, count });
}

/** Removes the secret and every piece, those of an interrupted write included. Whether there was a secret. */
export async function removeSecret(items: Items, shelf: Shelf): Promise<boolean> {
  const old = await inUse(items, shelf);
  const removed = await items.remove(shelf.main);
  await sweepAll(items, shelf, old);
  return removed;
}

async function readPieces(items: Items, shelf: Shelf, { slot, count }: Manifest): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const piece = await items.read(shelf.piece(slot, index));
    if (piece === undefined) return undefined;
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

type Counted = Pick<Manifest, 'slot' | 'count'>;

/** The pieces that the main item counts. A manifest that cannot be read counts none: it is about to be replaced. */
async function inUse(items: Items, { main }: Shelf): Promise<Counted | undefined> {
  const bytes = await items.read(main);
  if (bytes === undefined || !isManifest(bytes)) return undefined;
  try {
    return readManifest(bytes);
  } catch {
    return undefined;
  }
}

async function sweepAll(items: Items, shelf: Shelf, old: Counted | undefined, current?: Counted): Promise<void> {
  for (const slot of slots) {
    const keep = current?.slot === slot ? current.count : 0;
    let end = Math.max(keep, old?.slot === slot ? old.count : 0);
    while ((await items.read(shelf.piece(slot, end))) !== undefined) end += 1;
    for (let index = end - 1; index >= keep; index -= 1) await items.remove(shelf.piece(slot, index));
  }
}
