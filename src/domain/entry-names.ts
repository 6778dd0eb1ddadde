import { type CredentialName, toCredentialName } from './credential-name.ts';

/** The folder of keystow's entries in a password store (pass(1)). */
export const entryRoot = 'keystow';

/** The folder of entries whose names are too long for a path. {@link toPassEntry} never returns a path inside it. */
export const longEntries = `${entryRoot}/%long`;

/** In bytes, without `.gpg`: file names in encrypted home directories can have about 140 bytes. */
const maxPartLength = 120;

/** In bytes: a path on Linux has at most 4,096, including the folder of the password store. */
const maxEntryLength = 3_000;

/** Marks the end of a part that continues in the next one. */
const continuation = '+';

/**
 * The entry of a credential: `keystow/SERVICE/ACCOUNT`, or `undefined` if that is too long for a path. A long service or
 * account continues in a subfolder. Everything but a-z, 0-9, `_`, `-` and a dot between two of those is escaped (`%41`),
 * because file systems may ignore case or normalise letters, and pass rejects `..`.
 */
export function toPassEntry({ service, account }: CredentialName): string | undefined {
  const entry = [entryRoot, ...toParts(service), ...toParts(account)].join('/');
  return entry.length > maxEntryLength ? undefined : entry;
}

/** The inverse of {@link toPassEntry}. `undefined` for every other path. */
export function parsePassEntry(entry: string): CredentialName | undefined {
  const [, ...parts] = entry.split('/');
  const serviceParts = parts.findIndex((part) => !part.endsWith(continuation)) + 1;
  try {
    const name = toCredentialName(joinParts(parts.slice(0, serviceParts)), joinParts(parts.slice(serviceParts)));
    return toPassEntry(name) === entry ? name : undefined;
  } catch {
    return undefined;
  }
}

function toParts(text: string): string[] {
  const escaped = encodeURIComponent(text || noText)
    .replace(/%../g, (byte) => byte.toLowerCase())
    .replace(/[A-Z!'()*~]|(?<![a-z0-9_-])\.|\.(?![a-z0-9_-])/g, escapeCharacter);
  // Stryker disable next-line ArrayDeclaration: the text is never empty, so there is a first part
  const parts = escaped.match(new RegExp(`.{1,${maxPartLength}}`, 'g')) ?? [];
  return parts.map((part, index) => (index < parts.length - 1 ? part + continuation : part));
}

function joinParts(parts: readonly string[]): string {
  const escaped = parts.map((part) => (part.endsWith(continuation) ? part.slice(0, -continuation.length) : part));
  const text = decodeURIComponent(escaped.join(''));
  return text === noText ? '' : text;
}

/** Stands for an empty account, which no store can have as a name of its own. No name contains a NUL. */
const noText = '\0';

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

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
  const entry = { service: escapeTarget(service, true), user: escapeTarget(account || noText, false) };
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
