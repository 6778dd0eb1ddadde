import type { CredentialName } from '../../domain/credential-name.ts';
import type { FoundCredential } from '../native/binding.ts';
import type { Items } from '../native/items.ts';
import { isValidName } from '../native/valid-name.ts';
import { maxItemBytes } from './limits.ts';
import { itemOf, recordOf, recordPrefix } from './names.ts';

/*
 * The binding tells of a credential its user name and its secret, never its target: neither the service of an item nor
 * a name that is kept as a hash can be had back from it. And it tells nothing at all of any credential when a single
 * one of those asked for is not UTF-16, as other programs' are. So each name is kept beside its secret, as text in items
 * that are asked for by themselves. They say where to look: a name is kept when its secret is.
 */

/** What separates service and account: a name holds none. */
const separator = '\0';

/** Keeps the name, where it is not kept yet. */
export async function remember(items: Items, name: CredentialName): Promise<void> {
  for (const [part, text] of partsOf(name).entries()) {
    const bytes = Buffer.from(text, 'utf16le');
    const kept = await items.read(recordOf(name, part));
    if (kept === undefined || !bytes.equals(kept)) await items.write(recordOf(name, part), bytes);
  }
}

export async function forget(items: Items, name: CredentialName): Promise<void> {
  for (const part of partsOf(name).keys()) await items.remove(recordOf(name, part));
}

/** The names that are kept and whose secret is. */
export async function names(items: Items, service: string | undefined): Promise<readonly CredentialName[]> {
  const named = readNames(await items.find('', `${recordPrefix}*`));
  const kept: CredentialName[] = [];
  for (const name of named.filter((name) => service === undefined || name.service === service)) {
    if ((await items.read(itemOf(name))) !== undefined) kept.push(name);
  }
  return kept;
}

/** Two names as long as they may be do not fit in one item. */
function partsOf({ service, account }: CredentialName): string[] {
  const parts = [''];
  for (const character of `${service}${separator}${account}`) {
    const last = parts.length - 1;
    const longer = `${parts[last]}${character}`;
    if (longer.length * 2 <= maxItemBytes) parts[last] = longer;
    else parts.push(character);
  }
  return parts;
}

function readNames(found: readonly FoundCredential[]): CredentialName[] {
  const texts = new Map<string, string>();
  for (const { account: user, password } of [...found].sort(byUser)) {
    const hash = user.slice(0, user.lastIndexOf('-'));
    texts.set(hash, (texts.get(hash) ?? '') + password);
  }
  return [...texts].flatMap(([hash, text]) => {
    const [service = '', account = ''] = text.split(separator);
    const name = { service, account };
    const isWhole = isValidName(name) && recordOf(name, 0).user === `${hash}-0`;
    return isWhole ? [name] : [];
  });
}

function byUser(a: FoundCredential, b: FoundCredential): number {
  return a.account < b.account ? -1 : 1;
}
