import type { CredentialName } from './credential-name.ts';
import { entryOf, longEntries } from './pass-entry.ts';
import type { StoreId } from './store-id.ts';
import { unreachable } from './unreachable.ts';

/** The command that removes a credential from a store by hand. `path`: the encrypted file's. */
export function removalCommand(store: StoreId, { service, account }: CredentialName, path: string): string {
  switch (store) {
    case 'keychain':
      return `security delete-generic-password -s ${quoted(service)} -a ${quoted(account)}`;
    case 'credential-manager':
      return `cmdkey /delete:${service}`;
    case 'secret-service':
      return `secret-tool clear service ${quoted(service)} username ${quoted(account)}`;
    case 'pass':
      return `pass rm -f ${quoted(entryOf({ service, account }) ?? `${longEntries}/…`)}`;
    case 'file':
      return `rm -f ${quoted(path)}`;
    default:
      return unreachable(store);
  }
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
