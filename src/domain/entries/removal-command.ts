import { assertNever } from '../assert-never.ts';
import type { CredentialName } from '../credential-name.ts';
import type { StoreId } from '../store-id.ts';
import { quoteForShell, quoteForWindows } from '../text/shell-quoting.ts';
import { longEntries, toPassEntry } from './pass-entry.ts';
import { formatWindowsTarget, toWindowsEntry } from './windows-entry.ts';

/** Where a credential is, as far as the command that removes it depends on that. */
export interface RemovalPlace {
  /** As `process.platform` names it. */
  readonly platform: string;
  /** The encrypted file's. */
  readonly path: string;
  /** The target that Windows shows the credential under, where that is not made of its name. */
  readonly windowsTarget?: string | undefined;
}

/** The command that removes a credential from a store by hand: for sh; on Windows, for both of its shells. */
export function formatRemovalCommand(store: StoreId, name: CredentialName, place: RemovalPlace): string {
  const { service, account } = name;
  switch (store) {
    case 'keychain':
      return `security delete-generic-password -s ${quoteForShell(service)} -a ${quoteForShell(account)}`;
    case 'credential-manager': {
      const entry = toWindowsEntry(name);
      const target = place.windowsTarget ?? (entry && formatWindowsTarget(entry));
      return target === undefined
        ? 'control /name Microsoft.CredentialManager'
        : `cmdkey ${quoteForWindows(`/delete:${target}`)}`;
    }
    case 'secret-service':
      return `secret-tool clear service ${quoteForShell(service)} username ${quoteForShell(account)}`;
    case 'pass':
      return `pass rm -f ${quoteForShell(toPassEntry(name) ?? `${longEntries}/…`)}`;
    case 'file':
      return place.platform === 'win32' ? `del ${quoteForWindows(place.path)}` : `rm -f ${quoteForShell(place.path)}`;
    default:
      return assertNever(store);
  }
}
