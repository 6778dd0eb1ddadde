import type { CredentialName } from '../credential-name.ts';

/**
 * Longest target that is used, in characters. Windows takes 32,767 of them and 513 in a user name
 * (CRED_MAX_GENERIC_TARGET_NAME_LENGTH and CRED_MAX_USERNAME_LENGTH, wincred.h); Wine keeps a target in the name of a
 * registry key, which leaves 247.
 */
const maxTargetLength = 240;

/** An entry of Windows' Credential Manager as the native binding names it. Its target is `USER.SERVICE`. */
export interface WindowsEntry {
  readonly service: string;
  readonly user: string;
}

/**
 * The entry of a credential. Windows ignores case in a target, and the dot between the two is like any other, so neither
 * may have upper-case letters nor anything else that has a case, and the user no dot.
 *
 * - small letters, digits, blanks within and `_-@/:+=,~#&`, in a service `.` too: as they are
 * - capital letters: `^` and the small letter
 * - any other: `%` and two small hexadecimal digits for each byte of its UTF-8
 *
 * `undefined`: it is too long for a target.
 */
export function toWindowsEntry({ service, account }: CredentialName): WindowsEntry | undefined {
  const entry = { service: escaped(service, true), user: escaped(account, false) };
  return formatWindowsTarget(entry).length > maxTargetLength ? undefined : entry;
}

export function formatWindowsTarget({ service, user }: WindowsEntry): string {
  return `${user}.${service}`;
}

function escaped(text: string, dots: boolean): string {
  return text.replace(/[^a-z0-9 _@/:+=,~#&-]|^ | $/gu, (character) => {
    if (character === '.' && dots) return character;
    if (/[A-Z]/.test(character)) return `^${character.toLowerCase()}`;
    const bytes = encodeURIComponent(character).toLowerCase();
    // What a URI may hold as it is.
    return bytes === character ? `%${character.charCodeAt(0).toString(16)}` : bytes;
  });
}
