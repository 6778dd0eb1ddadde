/** Longest line of text that goes into a page. */
const maxLineLength = 78;

/** Text that mdoc(7) and roff(7) leave as it is. */
function plain(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('--', '\\-\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replace(/[^\p{ASCII}]/gu, (sign) => `\\[u${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`);
}

/** Lines of text; each sentence begins on a line of its own, as mdoc(7) wants it. */
export function prose(text: string): string {
  const sentences = text.split(/(?<=[.!?]) (?=[A-Z])/);
  return sentences
    .flatMap((sentence) => wrapped(plain(sentence)))
    .map((line) => line.replace(/^(?=[.'])/, '\\&'))
    .join('\n');
}

function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > maxLineLength) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** One argument of a macro, and never a macro itself. */
export function argument(text: string): string {
  return /[\s,;:.()[\]|?!]|^[A-Z][a-z]{1,2}$/.test(text) ? `"\\&${plain(text)}"` : plain(text);
}

export type Item = readonly [term: string, body: string];

/** A list of terms, each of them macros, with text or a list below each. */
export function tagged(items: readonly Item[]): string {
  return ['.Bl -tag -width Ds', ...items.flatMap(([term, body]) => [`.It ${term}`, body]), '.El'].join('\n');
}
