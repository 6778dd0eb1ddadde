import type { CredentialName } from '../credential-name.ts';

/** An entry of the Windows Credential Manager, as the native binding names it. */
export interface WindowsEntry {
  readonly service: string;
  readonly user: string;
}

/**
 * The entry of a credential, or `undefined` if its target is too long. Windows ignores the case of a target, and a dot
 * separates user and service. So neither may have characters with case, and the user may not have dots:
 *
 * - `a-z`, `0-9`, inner spaces, `_-@/:+=,~#&`, and in a service `.`: unchanged
 * - `A-Z`: `^` and the lower-case letter
 * - everything else: `%` and two lower-case hexadecimal digits for each byte in UTF-8
 */
export function toWindowsEntry({ service, account }: CredentialName): WindowsEntry | undefined {
  const entry = { service: escapeTarget(service, true), user: escapeTarget(account, false) };
  return formatWindowsTarget(entry).length > maxTargetLength ? undefined : entry;
}

/** The target that Windows lists the entry under. */
export function formatWindowsTarget({ service, user }: WindowsEntry): string {
  return `${user}.${service}`;
}

/**
 * In characters. Windows allows 32,767 in a target and 513 in a user name (CRED_MAX_GENERIC_TARGET_NAME_LENGTH and
 * CRED_MAX_USERNAME_LENGTH, wincred.h). Wine puts a target in the name of a registry key, which allows 247.
 */
const maxTargetLength = 240;

function escapeTarget(text: string, allowDots: boolean): string {
  return text.replace(/[^a-z0-9 _@/:+=,~#&-]|^ | $/gu, (character) => {
    if (character === '.' && allowDots) return character;
    if (/[A-Z]/.test(character)) return `^${character.toLowerCase()}`;
    const escaped = encodeURIComponent(character).toLowerCase();
    // encodeURIComponent leaves some characters unescaped.
    return escaped === character ? `%${character.charCodeAt(0).toString(16)}` : escaped;
  });
}
