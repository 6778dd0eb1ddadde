import { type CredentialName, toCredentialName } from '../credential-name.ts';

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
  const escaped = encodeURIComponent(text)
    .replace(/%../g, (byte) => byte.toLowerCase())
    .replace(/[A-Z!'()*~]|(?<![a-z0-9_-])\.|\.(?![a-z0-9_-])/g, escapeCharacter);
  // Stryker disable next-line ArrayDeclaration: a service or account is never empty, so there is a first part
  const parts = escaped.match(new RegExp(`.{1,${maxPartLength}}`, 'g')) ?? [];
  return parts.map((part, index) => (index < parts.length - 1 ? part + continuation : part));
}

function joinParts(parts: readonly string[]): string {
  const escaped = parts.map((part) => (part.endsWith(continuation) ? part.slice(0, -continuation.length) : part));
  return decodeURIComponent(escaped.join(''));
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
