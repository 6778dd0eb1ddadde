import { createHash } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import { toWindowsEntry } from '../../domain/entries/windows-entry.ts';
import type { Item } from '../native/items.ts';
import type { Slot } from '../native/manifest.ts';

/** The service of everything whose user is not the name of an account. */
const service = 'keystow';

/** Where a credential is kept: in the entry of its name; where that is too long, in one by a hash. */
export function itemOf(name: CredentialName): Item {
  return toWindowsEntry(name) ?? { service, user: `%long-${hashOf(name)}` };
}

// What follows begins with `%` and a letter that is no hexadecimal digit: no account is escaped to that.

export function pieceOf(name: CredentialName, slot: Slot, index: number): Item {
  return { service, user: `%piece-${hashOf(name)}-${slot}-${index}` };
}

/** What the users of all items that keep a name begin with. */
export const recordPrefix = '%name-';

/** Where a part of a name itself is kept; see name-records.ts. */
export function recordOf(name: CredentialName, part: number): Item {
  return { service, user: `${recordPrefix}${hashOf(name)}-${part}` };
}

function hashOf({ service, account }: CredentialName): string {
  // A name holds no NUL.
  return createHash('sha256').update(`${service}\0${account}`).digest('hex');
}
