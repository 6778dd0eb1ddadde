/** As one word of a POSIX shell; a word that has nothing special stays as it is. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The same for both shells of Windows. A path and a target of the Credential Manager hold no quotation mark. */
export function quoteForWindows(text: string): string {
  return /^[\w:./\\-]+$/.test(text) ? text : `"${text}"`;
}
