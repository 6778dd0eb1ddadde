import { createUnicodeRegExp } from '../../domain/text/one-line.ts';

/** The system's name of an error, such as `ENOENT`; `undefined` for anything that is not a system error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  // libuv has no name for a full quota and reports only its number.
  return /^unknown/i.test(code ?? '') && errno === -quotaExceeded() ? 'EDQUOT' : code;
}

/** The system's words for an error, such as `no space left on device`. */
export function wordsOf(error: unknown): string {
  if (errnoOf(error) === 'EDQUOT') return 'disk quota exceeded';
  const message = error instanceof Error ? error.message : String(error);
  return printable(/^[A-Z0-9]+: (.+?), /.exec(message)?.[1] ?? message);
}

/** A path or another text on one line: a name may hold newlines and escape sequences. */
export function printable(text: string): string {
  return text.replace(createUnicodeRegExp('\\p{Cc}'), '?');
}

/** Asked for when it is needed: a read does not load the module. */
function quotaExceeded(): number {
  return process.getBuiltinModule('node:os').constants.errno.EDQUOT;
}
