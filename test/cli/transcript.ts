/** A command of a transcript, and its expected output. */
export interface Exchange {
  readonly line: number;
  /** Events that are triggered before it, from lines `% EVENT`. */
  readonly events: readonly string[];
  readonly command: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number;
}

export interface Transcript {
  /** The rule that it asserts: its first comment. */
  readonly title: string;
  /** The daemons that it needs, from a line `with DAEMONS`. */
  readonly daemons: string | undefined;
  readonly exchanges: readonly Exchange[];
}

/**
 * Parses a transcript: `# comment` · `with DAEMONS` · `% EVENT` · `$ command` for the shell, followed by its output:
 * `| ` stdout, `! ` stderr, `= N` the exit code unless it is 0. In the output, `[..]` matches any text within a line.
 */
export function parseTranscript(text: string): Transcript {
  const comments: string[] = [];
  let daemons: string | undefined;
  let events: string[] = [];
  const exchanges: (Exchange & { stdout: string[]; stderr: string[]; exit: number })[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const [marker, rest] = [line.slice(0, 2).trimEnd(), line.slice(2)];
    const current = exchanges.at(-1);
    if (line === '') continue;
    if (marker === '#') comments.push(rest);
    else if (line.startsWith('with ')) daemons = line.slice('with '.length);
    else if (marker === '%') events.push(rest);
    else if (marker === '$') {
      exchanges.push({ line: index + 1, events, command: rest, stdout: [], stderr: [], exit: 0 });
      events = [];
    } else if (marker === '|' && current) current.stdout.push(rest);
    else if (marker === '!' && current) current.stderr.push(rest);
    else if (marker === '=' && current) current.exit = Number(rest);
    else throw new Error(`line ${index + 1} of a transcript is invalid: ${line}`);
  }
  const [title] = comments;
  if (title === undefined || exchanges.length === 0) throw new Error('a transcript needs a title and a command');
  return { title, daemons, exchanges };
}

/** Replaces each line of the output that matches the expected one by it, so that a failure shows only real differences. */
export function alignToExpected(expected: readonly string[], actual: string): readonly string[] {
  return splitLines(actual).map((line, index) => {
    const pattern = expected[index];
    return pattern !== undefined && matches(pattern, line) ? pattern : line;
  });
}

function splitLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : `${text}[no newline]`).split('\n');
}

function matches(pattern: string, line: string): boolean {
  const parts = pattern.split('[..]').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'u').test(line);
}
