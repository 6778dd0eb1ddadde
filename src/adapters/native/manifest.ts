import { createHash } from 'node:crypto';
import { CredentialError } from '../../domain/credential-error.ts';

/** One of the two sets of pieces that a credential has, of which at most one is in use. */
export type Slot = 'a' | 'b';

/** What an item holds in place of a secret that is kept in pieces. */
export interface Manifest {
  readonly slot: Slot;
  /** How many pieces there are: from 0, for the empty secret. */
  readonly count: number;
  /** Of the whole secret, lower-case. */
  readonly sha256Hex: string;
}

/** What every manifest of every version begins with, so that no secret kept as it is may begin with it. */
const prefix = Buffer.from('keystow-pieces:');

const format = /^keystow-pieces:1:([ab]):(0|[1-9]\d{0,5}):([0-9a-f]{64})$/;

export function writeManifest({ slot, count, sha256Hex }: Manifest): Uint8Array {
  return Buffer.from(`keystow-pieces:1:${slot}:${count}:${sha256Hex}`);
}

/** Whether an item with these bytes is to be read as a manifest. */
export function isManifest(bytes: Uint8Array): boolean {
  return prefix.equals(bytes.subarray(0, prefix.length));
}

/** Throws `failed` where the manifest is not one that this version writes. */
export function readManifest(bytes: Uint8Array): Manifest {
  const match = format.exec(Buffer.from(bytes).toString());
  if (match === null) {
    throw new CredentialError('failed', 'the list of the pieces of a secret is damaged, or of a later version');
  }
  const [, slot, count, sha256Hex] = match as unknown as readonly [string, Slot, string, string];
  return { slot, count: Number(count), sha256Hex };
}

export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
