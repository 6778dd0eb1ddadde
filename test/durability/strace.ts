import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One system call of a write: the nth of its name that a thread makes on a path. */
export interface SystemCall {
  readonly name: string;
  readonly nth: number;
  /** From the folder of the test. */
  readonly path: string;
}

/** Why no system call can be made to fail here. */
export function missingStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is a program for Linux';
  const { error, status, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
}

/** What makes every run of a traced program make the same calls on the same paths: strace counts for each thread. */
export const repeatableEnvironment = {
  UV_THREADPOOL_SIZE: '1',
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'fixed-names.mjs'))}`,
};

/** What a write of `path` touches beside the file itself. */
export function writtenPaths(path: string): readonly string[] {
  return [path, `${path}.lock`, `${path}.tmp-${'0'.repeat(16)}`];
}

/** Runs a command under strace, which writes down in `log` every call on these paths. */
export function straceRecording(log: string, folder: string, paths: readonly string[]): readonly string[] {
  return [...strace(log, folder, paths), '-y', '-e', 'trace=%file,%desc'];
}

/** Runs a command under strace, which kills it as it is about to make this call. */
export function straceKilling(log: string, folder: string, { name, nth, path }: SystemCall): readonly string[] {
  return [...strace(log, folder, [path]), '-e', `trace=${name}`, '-e', `inject=${name}:signal=KILL:when=${nth}`];
}

/** Runs a command under strace, which has this call fail and leaves the text `(INJECTED)` in `log`. */
export function straceFailing(
  log: string,
  folder: string,
  { name, nth, path }: SystemCall,
  errno: string,
): readonly string[] {
  // The filter spares the program all other stops. strace 6.1 sends no signal through it.
  const filter = ['--seccomp-bpf', '-e', `trace=${name}`];
  return [...strace(log, folder, [path]), ...filter, '-e', `inject=${name}:error=${errno}:when=${nth}`];
}

function strace(log: string, folder: string, paths: readonly string[]): readonly string[] {
  return ['strace', '-f', '-o', log, ...paths.flatMap((path) => ['-P', join(folder, path)])];
}

/**
 * The calls of a recording, in their order. A rename counts for the path that it takes away. What two threads would do
 * alike is named once.
 */
export function parseCalls(recorded: string, folder: string, paths: readonly string[]): readonly SystemCall[] {
  const made = new Map<string, number>();
  const calls = new Map<string, SystemCall>();
  for (const line of recorded.split('\n')) {
    const [, thread, name] = /^(\d+) +([a-z]\w*)\(/.exec(line) ?? [];
    const [first] = [...line.matchAll(/["<](\/[^">]*)[">]/g)].flatMap(([, path]) =>
      paths.filter((known) => join(folder, known) === path),
    );
    if (name === undefined || first === undefined) continue;
    const key = `${thread} ${name} ${first}`;
    const nth = (made.get(key) ?? 0) + 1;
    made.set(key, nth);
    calls.set(`${name} ${first} ${nth}`, { name, nth, path: first });
  }
  return [...calls.values()];
}
