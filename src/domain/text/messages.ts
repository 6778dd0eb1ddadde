/** Turns a platform's message into one short line without control characters. */
export function toOneLine(text: string): string {
  return text.replace(createUnicodeRegExp('[\\p{Cc}\\s]+'), ' ').trim().slice(0, maxLength);
}

/** In UTF-16 code units. */
const maxLength = 300;

/** The message of the innermost cause, on one short line. */
export function rootMessage(error: unknown): string {
  // Stryker disable next-line StringLiteral: the chain is never empty
  return toOneLine(messageChain(error).at(-1) ?? '');
}

/** The messages of an error and its causes, outermost first. An error without a message is represented by its name. */
export function messageChain(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message || error.name, ...(error.cause === undefined ? [] : messageChain(error.cause))];
}

/**
 * A global regular expression with Unicode properties such as `\p{Cc}`. A literal would slow down every start: V8 looks
 * its properties up as soon as it parses the file, even if the expression is never used.
 */
export function createUnicodeRegExp(source: string): RegExp {
  return new RegExp(source, 'gu');
}
