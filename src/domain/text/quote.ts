/** One word for a POSIX shell, quoted only if necessary. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word for both shells of Windows. Works for paths and Credential Manager targets, which have no quotation marks. */
export function quoteForWindows(text: string): string {
  return /^[\w:./\\-]+$/.test(text) ? text : `"${text}"`;
}
