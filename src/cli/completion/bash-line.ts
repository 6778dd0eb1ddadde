/** A word of a command line, as bash reads it. */
export interface BashWord {
  /** As a program would get it. */
  readonly text: string;
  /** The quotation mark that is still open at its end. */
  readonly quote: '' | "'" | '"';
  /** Where in `text` begins what bash takes for the word that is being typed: after a `:` of the word, for instance. */
  readonly begin: number;
  /** How many words it is to bash's completion. */
  readonly pieces: number;
}

const startOfWord: BashWord = { text: '', quote: '', begin: 0, pieces: 0 };

/** Reads a line as far as it is typed; its last word may be empty. `breaks`: COMP_WORDBREAKS. */
export function readBashLine(line: string, breaks: string): readonly BashWord[] {
  const words: BashWord[] = [];
  let word: BashWord | undefined;
  let breaking: boolean | undefined;
  let outside = 0;
  for (let index = 0; index < line.length; index += 1) {
    const sign = line.charAt(index);
    const quote = word?.quote ?? '';
    if (quote === '' && /\s/.test(sign)) {
      if (word) words.push(word);
      [word, breaking] = [undefined, undefined];
      continue;
    }
    word ??= startOfWord;
    const isBreak = quote === '' && !/["'\\]/.test(sign) && breaks.includes(sign);
    if (breaking !== isBreak) word = { ...word, pieces: word.pieces + 1 };
    breaking = isBreak;
    if (sign === quote) word = { ...word, quote: '', begin: outside };
    else if (quote === '' && (sign === "'" || sign === '"')) {
      outside = word.begin;
      word = { ...word, quote: sign, begin: word.text.length };
    } else if (sign === '\\' && quote !== "'" && (quote === '' || /[$`"\\]/.test(line.charAt(index + 1)))) {
      index += 1;
      word = { ...word, text: word.text + line.charAt(index) };
    } else {
      const text = word.text + sign;
      word = { ...word, text, begin: isBreak ? text.length : word.begin };
    }
  }
  return [...words, word ?? startOfWord];
}

/** What bash is to put in place of the word that is being typed to make it `text`; nothing where it begins otherwise. */
export function formatBashReply({ text: typed, quote, begin }: BashWord, text: string): string | undefined {
  if (!text.startsWith(typed)) return undefined;
  const rest = text.slice(begin);
  switch (quote) {
    case '':
      return rest.replace(/[^\p{L}\p{N}@%+=:,./_^-]/gu, '\\$&');
    case '"':
      return rest.replace(/[$`"\\!]/g, '\\$&');
    case "'":
      // Nothing can stand for this mark between two of them.
      return rest.includes("'") ? undefined : rest;
  }
}
