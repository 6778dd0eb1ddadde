/** A fenced block of a page, and the comment right before it. */
export interface Block {
  readonly kind: string;
  readonly about: string | undefined;
  readonly lines: readonly string[];
}

/** A command that a `console` block shows, and what it prints there. */
export interface Shown {
  readonly command: string;
  readonly expected: RegExp;
}

export function blocksIn(page: string): readonly Block[] {
  return [...page.matchAll(/(?:<!-- (.+) -->\n)?```(\w+)\n([\s\S]*?)\n```/g)].map(
    ([, about, kind = '', text = '']) => ({
      kind,
      about,
      lines: text.split('\n'),
    }),
  );
}

/** `[..]` stands for any text within a line, a line `[...]` for any lines. */
export function shows(lines: readonly string[]): readonly Shown[] {
  const shown: { command: string; output: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else shown.at(-1)?.output.push(line);
  }
  return shown.map(({ command, output }) => ({ command, expected: patternOf(output) }));
}

function patternOf(output: readonly string[]): RegExp {
  const lines = output.map((line) =>
    line === '[...]' ? '[\\s\\S]*' : literally(line).replaceAll('\\[\\.\\.\\]', '.*'),
  );
  return new RegExp(`^${lines.join('\n')}$`);
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
