import { createHash } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';
import { sleep } from '../process/timers.ts';
import type { Items, NativeItem } from './items.ts';

/*
 * A secret that one item can hold is stored in the main item as it is. A larger secret is stored in chunks, and the main
 * item holds a manifest that points at them. A credential has two slots for chunks; the manifest names the one in use, so
 * that a new secret is complete before the main item switches to it.
 */

/** Where the secret of one credential is stored. */
export interface ChunkLayout {
  readonly main: NativeItem;
  toChunkItem(slot: ChunkSlot, index: number): NativeItem;
  readonly maxItemBytes: number;
}

export type ChunkSlot = 'a' | 'b';

/** The content of the main item if the secret is in chunks. */
interface Manifest {
  readonly slot: ChunkSlot;
  /** Number of chunks; 0 for the empty secret. */
  readonly count: number;
  /** Lower-case SHA-256 of the whole secret. */
  readonly sha256Hex: string;
}

const slots: readonly ChunkSlot[] = ['a', 'b'];

/** How often a read starts over because a writer removed the chunks it was reading, and the longest pause in between. */
const maxReadAttempts = 8;
const maxPauseMs = 100;

/** Every version's manifest starts with this, so a secret that starts with it is always stored in chunks. */
const manifestPrefix = Buffer.from('keystow-pieces:');

const manifestFormat = /^keystow-pieces:1:([ab]):(0|[1-9]\d{0,5}):([0-9a-f]{64})$/;

/** Returns the complete secret, never a mixture of two, or `undefined` if it doesn't exist. */
export async function readChunkedSecret(items: Items, layout: ChunkLayout): Promise<Uint8Array | undefined> {
  for (let attempt = 0; attempt < maxReadAttempts; attempt += 1) {
    if (attempt > 0) await sleep(Math.min(2 ** attempt, maxPauseMs));
    const main = await items.read(layout.main);
    if (main === undefined || !isManifest(main)) return main;
    const manifest = parseManifest(main);
    const secret = await readChunks(items, layout, manifest);
    if (secret !== undefined && computeSha256Hex(secret) === manifest.sha256Hex) return secret;
  }
  throw new CredentialError('failed', 'a chunk of the secret is missing or was changed');
}

/**
 * Replaces the secret with a single write of the main item. If it needs chunks, they are written first, from index 0 up,
 * to the slot that is not in use.
 *
 * Unused chunks are removed afterwards, highest index first. If a crash interrupts that, the remaining chunks have no gap
 * from index 0 up, so the next write or removal finds all of them.
 */
export async function writeChunkedSecret(items: Items, layout: ChunkLayout, secret: Uint8Array): Promise<boolean> {
  const { main, maxItemBytes } = layout;
  const before = await items.read(main);
  const old = parseChunkRange(before);
  if (secret.length > 0 && secret.length <= maxItemBytes && !isManifest(secret)) {
    await items.write(main, secret);
    await removeUnusedChunks(items, layout, old);
    return before !== undefined;
  }
  const slot = old?.slot === 'a' ? 'b' : 'a';
  const count = Math.ceil(secret.length / maxItemBytes);
  for (let index = 0; index < count; index += 1) {
    const start = index * maxItemBytes;
    await items.write(layout.toChunkItem(slot, index), secret.subarray(start, start + maxItemBytes));
  }
  await items.write(main, formatManifest({ slot, count, sha256Hex: computeSha256Hex(secret) }));
  await removeUnusedChunks(items, layout, old, { slot, count });
  return before !== undefined;
}

/** Removes the secret and all of its chunks, including those of an interrupted write. Returns whether there was a secret. */
export async function removeChunkedSecret(items: Items, layout: ChunkLayout): Promise<boolean> {
  const old = parseChunkRange(await items.read(layout.main));
  const removed = await items.remove(layout.main);
  await removeUnusedChunks(items, layout, old);
  return removed;
}

async function readChunks(
  items: Items,
  layout: ChunkLayout,
  { slot, count }: Manifest,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const chunk = await items.read(layout.toChunkItem(slot, index));
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

type ChunkRange = Pick<Manifest, 'slot' | 'count'>;

/** Returns the chunks in use, given the main item. An invalid manifest counts as none: the caller is about to replace it. */
function parseChunkRange(bytes: Uint8Array | undefined): ChunkRange | undefined {
  if (bytes === undefined || !isManifest(bytes)) return undefined;
  try {
    return parseManifest(bytes);
  } catch {
    return undefined;
  }
}

async function removeUnusedChunks(
  items: Items,
  layout: ChunkLayout,
  old: ChunkRange | undefined,
  current?: ChunkRange,
): Promise<void> {
  for (const slot of slots) {
    const keep = current?.slot === slot ? current.count : 0;
    let end = Math.max(keep, old?.slot === slot ? old.count : 0);
    while ((await items.read(layout.toChunkItem(slot, end))) !== undefined) end += 1;
    for (let index = end - 1; index >= keep; index -= 1) await items.remove(layout.toChunkItem(slot, index));
  }
}

function isManifest(bytes: Uint8Array): boolean {
  return manifestPrefix.equals(bytes.subarray(0, manifestPrefix.length));
}

function formatManifest({ slot, count, sha256Hex }: Manifest): Uint8Array {
  return Buffer.from(`keystow-pieces:1:${slot}:${count}:${sha256Hex}`);
}

/** Throws `failed` unless this version can have written the manifest. */
function parseManifest(bytes: Uint8Array): Manifest {
  const match = manifestFormat.exec(Buffer.from(bytes).toString());
  if (match === null) {
    throw new CredentialError(
      'failed',
      'the chunk list of the secret is invalid, or was written by a later version of keystow',
    );
  }
  const [, slot, count, sha256Hex] = match as unknown as readonly [string, ChunkSlot, string, string];
  return { slot, count: Number(count), sha256Hex };
}

function computeSha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
