import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One system call of a write: a thread's nth call of that name on a path. */
export interface SystemCall {
  readonly name: string;
  readonly nth: number;
  /** Relative to the test's folder. */
  readonly path: string;
}

/** Why strace is unavailable here. */
export function missingStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is a program for Linux';
  const { error, status, stderr } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not trace here: ${stderr.trim()}`;
}

/** Makes every run of a traced program repeat its calls on the same paths: strace counts calls per thread. */
export const repeatableEnvironment = {
  UV_THREADPOOL_SIZE: '1',
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'fixed-names.mjs'))}`,
};

/** The other paths that a write of `path` touches. */
export function writtenPaths(path: string): readonly string[] {
  const random = '0'.repeat(16);
  const folders = [`${path}.lock`, `${path}.lock.${random}`];
  return [path, ...folders, ...folders.map((folder) => `${folder}/${random}`), `${path}.tmp-${random}`];
}

/** Runs a command under strace, which records every call on these paths in `log`. */
export function straceRecording(log: string, folder: string, paths: readonly string[]): readonly string[] {
  return [...strace(log, folder, paths), '-y', '-e', 'trace=%file,%desc'];
}

/** Runs a command under strace, which kills it right before this call. */
export function straceKilling(log: string, folder: string, { name, nth, path }: SystemCall): readonly string[] {
  return [...strace(log, folder, [path]), '-e', `trace=${name}`, '-e', `inject=${name}:signal=KILL:when=${nth}`];
}

/** Runs a command under strace, which makes this call fail and writes `(INJECTED)` to `log`. */
export function straceFailing(
  log: string,
  folder: string,
  { name, nth, path }: SystemCall,
  errno: string,
): readonly string[] {
  // The filter avoids stopping the program at other calls. strace 6.1 can't send a signal with it.
  const filter = ['--seccomp-bpf', '-e', `trace=${name}`];
  return [...strace(log, folder, [path]), ...filter, '-e', `inject=${name}:error=${errno}:when=${nth}`];
}

function strace(log: string, folder: string, paths: readonly string[]): readonly string[] {
  return ['strace', '-f', '-o', log, ...paths.flatMap((path) => ['-P', join(folder, path)])];
}

/**
 * Returns the calls in a recording, in order. A rename belongs to its source path. The same call of two threads is
 * returned once.
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
