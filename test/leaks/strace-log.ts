/** What a run of a program did that others can see, according to strace. */
export interface Trace {
  readonly argv: readonly string[];
  /** All programs that it ran, directly or indirectly. */
  readonly children: readonly { readonly argv: readonly Buffer[]; readonly environment: readonly Buffer[] }[];
  readonly writes: readonly Write[];
}

export interface Write {
  /** Whether the program itself wrote it, and not a program that it ran. */
  readonly own: boolean;
  readonly descriptor: number;
  /** The path of a file, or for example `pipe:[4711]`. */
  readonly to: string;
  readonly bytes: Buffer;
}

/** Makes strace log all writes and program starts, completely and in hexadecimal. */
export const straceOptions: readonly string[] = [
  ...['-f', '--seccomp-bpf', '-q', '-xx', '-v', '-y', '-s', String(64 * 1024 * 1024), '-e', 'signal=none'],
  ...['-e', 'trace=execve,execveat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg'],
];

/** Whether the log is complete: strace writes its last line after the program has ended. */
export function isComplete(log: string): boolean {
  const main = /^\d+/.exec(log)?.[0];
  return main !== undefined && new RegExp(`^${main} +\\+\\+\\+ `, 'm').test(log);
}

export function parseTrace(log: string): Trace {
  const lines = log.split('\n').flatMap((line) => {
    const [, thread, call, rest = ''] = /^(\d+) +([a-z]\w*)\((.*)$/s.exec(line) ?? [];
    return thread && call ? [{ thread, call, rest }] : [];
  });
  const runs = lines.filter(({ call }) => call.startsWith('execve'));
  const [first, ...others] = runs.map(({ rest }) => parseExec(rest));
  if (first === undefined) throw new Error('strace recorded no program');
  const main = lines[0]?.thread;
  return {
    argv: first.argv.map(String),
    children: others,
    writes: lines.flatMap(({ thread, call, rest }) => {
      const [, descriptor, to] = /^(\d+)(?:<(.*?)>)?, /.exec(rest) ?? [];
      if (call.startsWith('execve') || descriptor === undefined) return [];
      const bytes = Buffer.concat(parseStrings(rest));
      return [{ own: thread === main, descriptor: Number(descriptor), to: String(unescapeHex(to ?? '')), bytes }];
    }),
  };
}

/** Parses the two lists of an execve. Their strings are escaped, so they contain no brackets. */
function parseExec(rest: string): Trace['children'][number] {
  const [argv = [], environment = []] = [...rest.matchAll(/\[([^\]]*)\]/g)].map(([, list = '']) => parseStrings(list));
  return { argv, environment };
}

function parseStrings(text: string): Buffer[] {
  return [...text.matchAll(/"([^"]*)"/g)].map(([, escaped = '']) => unescapeHex(escaped));
}

function unescapeHex(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}
