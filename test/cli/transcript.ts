/** One command of a transcript, and what it is to do. */
export interface Exchange {
  readonly line: number;
  /** What befalls the surroundings before it, from lines `% EVENT`. */
  readonly events: readonly string[];
  readonly command: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number;
}

export interface Transcript {
  /** The rule that it holds: its first comment. */
  readonly title: string;
  /** What is there beside the programs, from a line `with SURROUNDINGS`. */
  readonly surroundings: string | undefined;
  readonly exchanges: readonly Exchange[];
}

/**
 * Reads a transcript: `# comment` · `with SURROUNDINGS` · `% EVENT` · `$ command` for the shell, followed by what it
 * prints: `| ` stdout, `! ` stderr, `= N` the exit code where it is not 0. In what is printed `[..]` stands for any text within a line.
 */
export function parseTranscript(text: string): Transcript {
  const comments: string[] = [];
  let surroundings: string | undefined;
  let events: string[] = [];
  const exchanges: (Exchange & { stdout: string[]; stderr: string[]; exit: number })[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [sign, rest] = [line.slice(0, 2).trimEnd(), line.slice(2)];
    const current = exchanges.at(-1);
    if (line === '') continue;
    if (sign === '#') comments.push(rest);
    else if (line.startsWith('with ')) surroundings = line.slice('with '.length);
    else if (sign === '%') events.push(rest);
    else if (sign === '$') {
      exchanges.push({ line: index + 1, events, command: rest, stdout: [], stderr: [], exit: 0 });
      events = [];
    } else if (sign === '|' && current) current.stdout.push(rest);
    else if (sign === '!' && current) current.stderr.push(rest);
    else if (sign === '=' && current) current.exit = Number(rest);
    else throw new Error(`line ${index + 1} of a transcript is not understood: ${line}`);
  }
  const [title] = comments;
  if (title === undefined || exchanges.length === 0) throw new Error('a transcript has a title and a command');
  return { title, surroundings, exchanges };
}

/** What was printed, with the expected line put in place of each that matches it, so that a difference reads well. */
export function align(expected: readonly string[], actual: string): readonly string[] {
  return split(actual).map((line, index) => {
    const pattern = expected[index];
    return pattern !== undefined && matches(pattern, line) ? pattern : line;
  });
}

function split(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : `${text}[no newline]`).split('\n');
}

function matches(pattern: string, line: string): boolean {
  const parts = pattern.split('[..]').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(line);
}
