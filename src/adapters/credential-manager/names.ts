import { createHash } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import { toWindowsEntry } from '../../domain/entries/windows-entry.ts';
import type { ChunkSlot } from '../native/chunks.ts';
import type { Item } from '../native/items.ts';

/** Largest secret of one item, in bytes: CRED_MAX_CREDENTIAL_BLOB_SIZE (5 × 512), wincred.h. */
export const maxItemBytes = 2560;

/** Service of every item whose user is not an account name. */
const service = 'keystow';

/** The main item: the entry with the credential's own name or, if that is too long, with a hash of it. */
export function toItem(name: CredentialName): Item {
  return toWindowsEntry(name) ?? { service, user: `%long-${hashName(name)}` };
}

// The users below start with `%` and a letter that is not a hexadecimal digit: no account is ever escaped to that.

export function toChunkItem(name: CredentialName, slot: ChunkSlot, index: number): Item {
  return { service, user: `%piece-${hashName(name)}-${slot}-${index}` };
}

/** Prefix of the users of all items in the name index. */
export const nameIndexPrefix = '%name-';

/** The item for one part of a name; see name-index.ts. */
export function toNameIndexItem(name: CredentialName, part: number): Item {
  return { service, user: `${nameIndexPrefix}${hashName(name)}-${part}` };
}

function hashName({ service, account }: CredentialName): string {
  // A name cannot contain a NUL.
  return createHash('sha256').update(`${service}\0${account}`).digest('hex');
}
