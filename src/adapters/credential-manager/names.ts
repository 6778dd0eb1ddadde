import { createHash } from 'node:crypto';
import { type CredentialName, isValidName } from '../../domain/credential-name.ts';
import { toWindowsEntry } from '../../domain/entry-names.ts';
import type { BindingCredential } from '../native/binding.ts';
import type { ChunkSlot } from '../native/chunks.ts';
import type { Items, NativeItem } from '../native/items.ts';

/** Largest secret of one item, in bytes: CRED_MAX_CREDENTIAL_BLOB_SIZE (5 × 512), wincred.h. */
export const maxItemBytes = 2560;

/** Service of every item whose user is not an account name. */
const service = 'keystow';

/** The main item: the entry with the credential's own name or, if that is too long, with a hash of it. */
export function toItem(name: CredentialName): NativeItem {
  return toWindowsEntry(name) ?? { service, user: `%long-${hashName(name)}` };
}

// The users below start with `%` and a letter that is not a hexadecimal digit: no account is ever escaped to that.

export function toChunkItem(name: CredentialName, slot: ChunkSlot, index: number): NativeItem {
  return { service, user: `%piece-${hashName(name)}-${slot}-${index}` };
}

/** Prefix of the users of all items in the name index. */
const nameIndexPrefix = '%name-';

/** The item for one part of a name in the index. */
export function toNameIndexItem(name: CredentialName, part: number): NativeItem {
  return { service, user: `${nameIndexPrefix}${hashName(name)}-${part}` };
}

function hashName({ service, account }: CredentialName): string {
  // A name cannot contain a NUL.
  return createHash('sha256').update(`${service}\0${account}`).digest('hex');
}

/*
 * The binding's search returns the user and the secret of a credential, but not its target, so neither the service nor a
 * name stored as a hash can be recovered from it. The search also fails completely if any credential it matches is not
 * UTF-16, which those of other programs may not be. So keystow stores each name beside its secret, as text in items that a
 * search of their own finds. A name counts as stored only if its secret is.
 */

/** Separates service and account. A name cannot contain it. */
const separator = '\0';

/** Writes the name to the index unless it is already there. */
export async function recordName(items: Items, name: CredentialName): Promise<void> {
  for (const [part, text] of splitName(name).entries()) {
    const bytes = Buffer.from(text, 'utf16le');
    const stored = await items.read(toNameIndexItem(name, part));
    if (stored === undefined || !bytes.equals(stored)) await items.write(toNameIndexItem(name, part), bytes);
  }
}

export async function removeName(items: Items, name: CredentialName): Promise<void> {
  for (const part of splitName(name).keys()) await items.remove(toNameIndexItem(name, part));
}

/** Returns the names in the index whose secret exists. */
export async function listNames(items: Items, service: string | undefined): Promise<readonly CredentialName[]> {
  const indexed = joinNames(await items.find('', `${nameIndexPrefix}*`));
  const stored: CredentialName[] = [];
  for (const name of indexed.filter((name) => service === undefined || name.service === service)) {
    if ((await items.read(toItem(name))) !== undefined) stored.push(name);
  }
  return stored;
}

/** Splits a name into parts that each fit into one item: two names of maximal length need several. */
function splitName({ service, account }: CredentialName): string[] {
  const parts = [''];
  for (const character of `${service}${separator}${account}`) {
    const last = parts.length - 1;
    const longer = `${parts[last]}${character}`;
    if (longer.length * 2 <= maxItemBytes) parts[last] = longer;
    else parts.push(character);
  }
  return parts;
}

/** Joins the parts of each name. Skips incomplete and invalid ones. */
function joinNames(found: readonly BindingCredential[]): CredentialName[] {
  const texts = new Map<string, string>();
  for (const { account: user, password } of [...found].sort(compareByUser)) {
    const hash = user.slice(0, user.lastIndexOf('-'));
    texts.set(hash, (texts.get(hash) ?? '') + password);
  }
  return [...texts].flatMap(([hash, text]) => {
    const [service = '', account = ''] = text.split(separator);
    const name = { service, account };
    const isComplete = isValidName(name) && toNameIndexItem(name, 0).user === `${hash}-0`;
    return isComplete ? [name] : [];
  });
}

function compareByUser(a: BindingCredential, b: BindingCredential): number {
  return a.account < b.account ? -1 : 1;
}
