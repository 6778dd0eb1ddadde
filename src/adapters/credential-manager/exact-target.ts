import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { chain } from '../keyrings/words.ts';
import type { Items, TargetItem } from '../native/items.ts';
import type { Mark } from '../native/platform.ts';
import { itemOf } from './names.ts';

/*
 * An entry with a target of its own choosing cannot keep a secret through a crash: the binding reaches it by a
 * constructor only, which leaves it empty for a moment even before it is overwritten. But it leaves it there. So that
 * the entry is there is all that is read of it: while it is, the credential is what its ordinary items hold, and once
 * somebody has deleted it, nothing is kept whatever they hold. What it contains is for whoever looks.
 */

/** The mark of the names that `targets` gives a target: that an entry of that target is there. */
export function exactTargetMark(targets: (name: CredentialName) => string | undefined): Mark {
  const entryOf = (name: CredentialName): TargetItem | undefined => {
    const target = targets(name);
    return target === undefined ? undefined : { ...itemOf(name), target: checked(target) };
  };
  return {
    async isSet(items, name) {
      const entry = entryOf(name);
      return entry === undefined || isThere(items, entry);
    },
    async set(items, name) {
      const entry = entryOf(name);
      if (entry !== undefined) await items.write(entry, contents(entry));
    },
    async clear(items, name) {
      const entry = entryOf(name);
      if (entry === undefined) return true;
      // The constructor would make the entry that is to be deleted.
      return (await isThere(items, entry)) && items.remove(entry);
    },
  };
}

async function isThere(items: Items, { service, target }: TargetItem): Promise<boolean> {
  try {
    return (await items.find(service, target)).length > 0;
  } catch (error) {
    // Another program's, or the search would have found nothing to be no text.
    if (error instanceof CredentialError && chain(error).some((text) => /\butf-?16\b/i.test(text))) return true;
    throw error;
  }
}

/** Even in length and UTF-16: one that is not makes the binding's search fail. */
function contents({ service, user }: TargetItem): Uint8Array {
  return Buffer.from(`The secret is in the entry ${user}.${service}`, 'utf16le');
}

/** Every other target has a dot in it, and an asterisk would search for others. */
function checked(target: string): string {
  if (!/^[a-z0-9_-]{1,240}$/i.test(target)) throw new Error(`no target that is a credential's own: ${target}`);
  return target;
}
