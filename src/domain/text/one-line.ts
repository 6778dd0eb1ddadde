/** In UTF-16 code units. */
const maxLength = 300;

/** Turns a platform's message into one short line without control characters. */
export function toOneLine(text: string): string {
  return text.replace(createUnicodeRegExp('[\\p{Cc}\\s]+'), ' ').trim().slice(0, maxLength);
}

/**
 * A global regular expression with Unicode properties such as `\p{Cc}`. A literal would slow down every start: V8 looks
 * its properties up as soon as it parses the file, even if the expression is never used.
 */
export function createUnicodeRegExp(source: string): RegExp {
  return new RegExp(source, 'gu');
}
