import { type CredentialName, toCredentialName } from '../credential-name.ts';

/** The folder of a password store (pass(1)) that entries of credentials are in. */
export const entryRoot = 'keystow';

/** The folder of those whose names are too long for a path. Nothing that {@link toPassEntry} gives is in it. */
export const longEntries = `${entryRoot}/%long`;

/** Longest part of a path between two `/`, in bytes, with `.gpg`: what encrypted home directories leave of 255. */
const maxPart = 120;

/** Longest entry, in bytes: a path has 4,096 on Linux, with the folder that the password store is in. */
const maxEntry = 3_000;

/** A part of a path that goes on in the next one ends with this; nothing else does. */
const more = '+';

/**
 * The entry of a credential: `keystow/SERVICE/ACCOUNT`. Everything but a-z, 0-9, `_`, `-` and a dot between two of those
 * is escaped (`%41`): file systems ignore case or normalise letters, and pass refuses `..`. What is long goes on in a
 * further folder. `undefined`: it is too long for a path.
 */
export function toPassEntry({ service, account }: CredentialName): string | undefined {
  const entry = [entryRoot, ...partsOf(service), ...partsOf(account)].join('/');
  return entry.length > maxEntry ? undefined : entry;
}

/** The credential whose entry {@link toPassEntry} gives. */
export function parsePassEntry(entry: string): CredentialName | undefined {
  const [, ...parts] = entry.split('/');
  const end = parts.findIndex((part) => !part.endsWith(more)) + 1;
  try {
    const name = toCredentialName(textOf(parts.slice(0, end)), textOf(parts.slice(end)));
    return toPassEntry(name) === entry ? name : undefined;
  } catch {
    return undefined;
  }
}

function partsOf(text: string): string[] {
  const escaped = encodeURIComponent(text)
    .replace(/%../g, (byte) => byte.toLowerCase())
    .replace(/[A-Z!'()*~]|(?<![a-z0-9_-])\.|\.(?![a-z0-9_-])/g, escapedCharacter);
  // Stryker disable next-line ArrayDeclaration: a service or account is never empty, so there is a first part
  const parts = escaped.match(new RegExp(`.{1,${maxPart}}`, 'g')) ?? [];
  return parts.map((part, index) => (index < parts.length - 1 ? part + more : part));
}

function escapedCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

function textOf(parts: readonly string[]): string {
  return decodeURIComponent(parts.map((part) => (part.endsWith(more) ? part.slice(0, -more.length) : part)).join(''));
}
