import type { CredentialName } from './credential-name.ts';
import { entryOf, longEntries } from './pass-entry.ts';
import { doublyQuoted, quoted } from './quoted.ts';
import type { StoreId } from './store-id.ts';
import { unreachable } from './unreachable.ts';
import { targetOf, windowsEntryOf } from './windows-entry.ts';

/** Where a credential is, as far as the command that removes it depends on that. */
export interface RemovalPlace {
  /** As `process.platform` names it. */
  readonly platform: string;
  /** The encrypted file's. */
  readonly path: string;
  /** The target that Windows shows the credential under, where that is not made of its name. */
  readonly exactTarget?: string | undefined;
}

/** The command that removes a credential from a store by hand: for sh; on Windows, for both of its shells. */
export function removalCommand(store: StoreId, name: CredentialName, place: RemovalPlace): string {
  const { service, account } = name;
  switch (store) {
    case 'keychain':
      return `security delete-generic-password -s ${quoted(service)} -a ${quoted(account)}`;
    case 'credential-manager': {
      const entry = windowsEntryOf(name);
      const target = place.exactTarget ?? (entry && targetOf(entry));
      return target === undefined
        ? 'control /name Microsoft.CredentialManager'
        : `cmdkey ${doublyQuoted(`/delete:${target}`)}`;
    }
    case 'secret-service':
      return `secret-tool clear service ${quoted(service)} username ${quoted(account)}`;
    case 'pass':
      return `pass rm -f ${quoted(entryOf(name) ?? `${longEntries}/…`)}`;
    case 'file':
      return place.platform === 'win32' ? `del ${doublyQuoted(place.path)}` : `rm -f ${quoted(place.path)}`;
    default:
      return unreachable(store);
  }
}
