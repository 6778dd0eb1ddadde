import { unicodeExpression } from './unicode-expression.ts';

/** Longest text that is passed on, in UTF-16 code units. */
const maxLength = 300;

/** What a platform says, as one line of bounded length that drives no terminal. */
export function oneLine(text: string): string {
  return text.replace(unicodeExpression('[\\p{Cc}\\s]+'), ' ').trim().slice(0, maxLength);
}
