/** What one run of a program did that others can see, by strace's record of it. */
export interface Trace {
  readonly argv: readonly string[];
  /** Every program that it ran, or that those ran. */
  readonly children: readonly { readonly argv: readonly Buffer[]; readonly environment: readonly Buffer[] }[];
  readonly writes: readonly Write[];
}

export interface Write {
  /** Whether the program itself wrote it, and not one that it ran. */
  readonly own: boolean;
  readonly descriptor: number;
  /** A file's path, or such as `pipe:[4711]`. */
  readonly to: string;
  readonly bytes: Buffer;
}

/** Has strace record a run: all that is written and run, as hexadecimal digits, to the end. */
export const recorded: readonly string[] = [
  ...['-f', '--seccomp-bpf', '-q', '-xx', '-v', '-y', '-s', String(64 * 1024 * 1024), '-e', 'signal=none'],
  ...['-e', 'trace=execve,execveat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg'],
];

/** Whether the record is complete. */
export function isWhole(log: string): boolean {
  const main = /^\d+/.exec(log)?.[0];
  return main !== undefined && new RegExp(`^${main} +\\+\\+\\+ `, 'm').test(log);
}

export function parseTrace(log: string): Trace {
  const lines = log.split('\n').flatMap((line) => {
    const [, thread, call, rest = ''] = /^(\d+) +([a-z]\w*)\((.*)$/s.exec(line) ?? [];
    return thread && call ? [{ thread, call, rest }] : [];
  });
  const runs = lines.filter(({ call }) => call.startsWith('execve'));
  const [first, ...others] = runs.map(({ rest }) => listsIn(rest));
  if (first === undefined) throw new Error('strace recorded no program');
  const main = lines[0]?.thread;
  return {
    argv: first.argv.map(String),
    children: others,
    writes: lines.flatMap(({ thread, call, rest }) => {
      const [, descriptor, to] = /^(\d+)(?:<(.*?)>)?, /.exec(rest) ?? [];
      if (call.startsWith('execve') || descriptor === undefined) return [];
      const bytes = Buffer.concat(textsIn(rest));
      return [{ own: thread === main, descriptor: Number(descriptor), to: String(unescaped(to ?? '')), bytes }];
    }),
  };
}

/** The two lists of an execve: no text among them holds a bracket, for all are escaped. */
function listsIn(rest: string): Trace['children'][number] {
  const [argv = [], environment = []] = [...rest.matchAll(/\[([^\]]*)\]/g)].map(([, list = '']) => textsIn(list));
  return { argv, environment };
}

function textsIn(text: string): Buffer[] {
  return [...text.matchAll(/"([^"]*)"/g)].map(([, escaped = '']) => unescaped(escaped));
}

function unescaped(escaped: string): Buffer {
  return Buffer.from(escaped.replaceAll('\\x', ''), 'hex');
}
