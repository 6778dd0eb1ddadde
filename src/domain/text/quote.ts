import type { CredentialName } from '../credential-name.ts';

/** One word for a POSIX shell, quoted only if necessary. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The service and the account of a credential, as arguments for a POSIX shell. */
export function quoteNameForShell({ service, account }: CredentialName): string {
  return `${quoteForShell(service)} ${quoteForShell(account)}`;
}

/** One word for both shells of Windows. Works for paths and Credential Manager targets, which have no quotation marks. */
export function quoteForWindows(text: string): string {
  return /^[\w:./\\-]+$/.test(text) ? text : `"${text}"`;
}
