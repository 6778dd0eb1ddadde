import { assertNever } from '../assert-never.ts';
import type { CredentialName } from '../credential-name.ts';
import type { StoreId } from '../store-id.ts';
import { quoteForShell, quoteForWindows } from '../text/shell-quoting.ts';
import { longEntries, toPassEntry } from './pass-entry.ts';
import { formatWindowsTarget, toWindowsEntry } from './windows-entry.ts';

export interface RemovalContext {
  /** `process.platform`. */
  readonly platform: string;
  /** The path of the encrypted file. */
  readonly path: string;
  /** The target that Windows lists the credential under, unless it is derived from the name. */
  readonly windowsTarget?: string | undefined;
}

/** The command that removes a credential from a store without keystow. For sh; on Windows, for both of its shells. */
export function formatRemovalCommand(store: StoreId, name: CredentialName, context: RemovalContext): string {
  const { service, account } = name;
  switch (store) {
    case 'keychain':
      return `security delete-generic-password -s ${quoteForShell(service)} -a ${quoteForShell(account)}`;
    case 'credential-manager': {
      const entry = toWindowsEntry(name);
      const target = context.windowsTarget ?? (entry && formatWindowsTarget(entry));
      return target === undefined
        ? 'control /name Microsoft.CredentialManager'
        : `cmdkey ${quoteForWindows(`/delete:${target}`)}`;
    }
    case 'secret-service':
      return `secret-tool clear service ${quoteForShell(service)} username ${quoteForShell(account)}`;
    case 'pass':
      return `pass rm -f ${quoteForShell(toPassEntry(name) ?? `${longEntries}/…`)}`;
    case 'file':
      return context.platform === 'win32'
        ? `del ${quoteForWindows(context.path)}`
        : `rm -f ${quoteForShell(context.path)}`;
    default:
      return assertNever(store);
  }
}
