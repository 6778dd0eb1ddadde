/** Longest text that is passed on, in UTF-16 code units. */
const maxLength = 300;

/** What a platform says, as one line of bounded length that drives no terminal. */
export function toOneLine(text: string): string {
  return text.replace(createUnicodeRegExp('[\\p{Cc}\\s]+'), ' ').trim().slice(0, maxLength);
}

/**
 * A regular expression over Unicode properties, such as `\p{Cc}`, that finds all. Made when it is used, where a read may
 * load it: V8 looks up the properties of a literal that it so much as reads past, at some 0.4 ms each.
 */
export function createUnicodeRegExp(source: string): RegExp {
  return new RegExp(source, 'gu');
}
