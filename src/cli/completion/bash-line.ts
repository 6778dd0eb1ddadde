/** A word of a command line, as bash splits it. */
export interface BashWord {
  /** Without quotes and escapes. */
  readonly text: string;
  /** The quote that is still open at the end of the word. */
  readonly quote: '' | "'" | '"';
  /** The offset in `text` of what bash's completion treats as the current word, such as the part after a `:`. */
  readonly begin: number;
  /** The number of words that bash's completion counts it as. */
  readonly pieces: number;
}

const startOfWord: BashWord = { text: '', quote: '', begin: 0, pieces: 0 };

/** Splits the line up to the cursor. The last word may be empty. `breaks`: COMP_WORDBREAKS. */
export function readBashLine(line: string, breaks: string): readonly BashWord[] {
  const words: BashWord[] = [];
  let word: BashWord | undefined;
  let breaking: boolean | undefined;
  let outside = 0;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    const quote = word?.quote ?? '';
    if (quote === '' && /\s/.test(character)) {
      if (word) words.push(word);
      [word, breaking] = [undefined, undefined];
      continue;
    }
    word ??= startOfWord;
    const isBreak = quote === '' && !/["'\\]/.test(character) && breaks.includes(character);
    if (breaking !== isBreak) word = { ...word, pieces: word.pieces + 1 };
    breaking = isBreak;
    if (character === quote) word = { ...word, quote: '', begin: outside };
    else if (quote === '' && (character === "'" || character === '"')) {
      outside = word.begin;
      word = { ...word, quote: character, begin: word.text.length };
    } else if (character === '\\' && quote !== "'" && (quote === '' || /[$`"\\]/.test(line.charAt(index + 1)))) {
      index += 1;
      word = { ...word, text: word.text + line.charAt(index) };
    } else {
      const text = word.text + character;
      word = { ...word, text, begin: isBreak ? text.length : word.begin };
    }
  }
  return [...words, word ?? startOfWord];
}

/** Returns what bash must insert for the current word to become `text`, or `undefined` if the word doesn't match. */
export function formatBashReply({ text: typed, quote, begin }: BashWord, text: string): string | undefined {
  if (!text.startsWith(typed)) return undefined;
  const rest = text.slice(begin);
  switch (quote) {
    case '':
      return rest.replace(/[^\p{L}\p{N}@%+=:,./_^-]/gu, '\\$&');
    case '"':
      return rest.replace(/[$`"\\!]/g, '\\$&');
    case "'":
      // A single-quoted string can't contain a single quote.
      return rest.includes("'") ? undefined : rest;
  }
}
