import { createHash } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Item } from '../native/items.ts';
import type { Slot } from '../native/manifest.ts';
import { maxTargetLength } from './limits.ts';

/** The service of everything whose user is not the name of an account. */
const service = 'keystow';

/**
 * Where a credential is kept. The binding joins the two to the target `USER.SERVICE`, and Windows ignores case in it,
 * so neither may have upper-case letters nor anything else that has a case, and the user no dot.
 *
 * - small letters, digits, blanks within and `_-@/:+=,~#&`, in a service `.` too: as they are
 * - capital letters: `^` and the small letter
 * - any other: `%` and two small hexadecimal digits for each byte of its UTF-8
 * - both together longer than {@link maxTargetLength}: a hash in place of the account
 */
export function itemOf(name: CredentialName): Item {
  const item = { service: escaped(name.service, true), user: escaped(name.account, false) };
  const length = item.user.length + '.'.length + item.service.length;
  return length <= maxTargetLength ? item : { service, user: `%long-${hashOf(name)}` };
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

function escaped(text: string, dots: boolean): string {
  return text.replace(/[^a-z0-9 _@/:+=,~#&-]|^ | $/gu, (character) => {
    if (character === '.' && dots) return character;
    if (/[A-Z]/.test(character)) return `^${character.toLowerCase()}`;
    return Buffer.from(character).toString('hex').replace(/../g, '%$&');
  });
}
