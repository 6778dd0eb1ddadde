/** The longest line of text in a page. */
const maxLineLength = 78;

/** Escapes text for mdoc(7) and roff(7). */
function escapeMdoc(text: string): string {
  return (
    text
      .replaceAll('\\', '\\e')
      .replaceAll('--', '\\-\\-')
      .replaceAll('"', '\\(dq')
      .replaceAll("'", '\\(aq')
      .replaceAll('`', '\\(ga')
      .replaceAll('~', '\\(ti')
      .replaceAll('^', '\\(ha')
      // A terminal without UTF-8 can't show an ellipsis, and man would warn about it.
      .replaceAll('…', '...')
      .replace(/[^\p{ASCII}]/gu, (sign) => `\\[u${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`)
  );
}

/** Wraps text. Each sentence begins on a new line, as mdoc(7) requires. */
export function formatProse(text: string): string {
  const sentences = text.split(/(?<=[.!?]) (?=[A-Z])/);
  return sentences
    .flatMap((sentence) => wrapLines(escapeMdoc(sentence)))
    .map((line) => line.replace(/^(?=[.'])/, '\\&'))
    .join('\n');
}

function wrapLines(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > maxLineLength) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Quotes text so that it is a single argument of a macro and isn't taken for a macro itself. */
export function formatArgument(text: string): string {
  return /[\s,;:.()[\]|?!]|^[A-Z][a-z]{1,2}$/.test(text) ? `"\\&${escapeMdoc(text)}"` : escapeMdoc(text);
}

export type Item = readonly [term: string, body: string];

/** A list of terms (macros) and their bodies (text or another list). */
export function formatList(items: readonly Item[]): string {
  return ['.Bl -tag -width Ds', ...items.flatMap(([term, body]) => [`.It ${term}`, body]), '.El'].join('\n');
}
