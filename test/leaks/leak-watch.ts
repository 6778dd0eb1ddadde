import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingStrace } from '../durability/strace.ts';
import { leaksIn } from './leaks-in.ts';
import { Finder, telltales } from './telltales.ts';
import { isWhole, parseTrace, recorded } from './trace.ts';

/** How long a record of strace's may take to be complete once its program has ended. */
const completeMs = 5_000;

const missing = missingStrace();

/**
 * Watches runs of the programs for secrets. Where strace can, every byte that they write to a file, to stdout and to
 * stderr, and what each program that they run is given as arguments and environment; everywhere, the files they leave.
 */
export class LeakWatch {
  readonly #logs = mkdtempSync(join(tmpdir(), 'keystow-traces-'));
  #secrets = new Finder(telltales);

  /** Lines of sh that run `command` and record it, unless it is recorded already. */
  recording(command: string): string {
    if (missing !== undefined) return `exec ${command}`;
    return [
      'while read -r key value; do',
      `  if [ "$key" = TracerPid: ] && [ "$value" != 0 ]; then exec ${command}; fi`,
      'done </proc/self/status',
      `log='${this.#logs}'/$$`,
      'while [ -e "$log" ]; do log=$log+; done',
      // -D: the program stays the shell's own child, and gets its signals.
      `exec strace -D -o "$log" ${recorded.join(' ')} ${command}`,
    ].join('\n');
  }

  /** A secret that holds no telltale. What was done before is searched for it too. */
  add(...secrets: readonly string[]): void {
    this.#secrets = new Finder([...telltales, ...secrets]);
  }

  /** Every leak that there was, and that is left in the files of `folders`. Ends the watch. */
  end(folders: readonly string[]): readonly string[] {
    const logs = readdirSync(this.#logs).map((name) => completed(join(this.#logs, name)));
    rmSync(this.#logs, { recursive: true, force: true });
    return [
      ...logs.flatMap((log) => leaksIn(parseTrace(log), this.#secrets)),
      ...folders.flatMap((folder) => this.#left(folder)),
    ];
  }

  #left(folder: string): readonly string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile() ? readFileSync(path) : entry.isSymbolicLink() ? readlinkSync(path) : '';
      const found = this.#secrets.in(Buffer.from(path)) ?? this.#secrets.in(Buffer.from(content));
      return found ? [`${found} is left in ${path}`] : [];
    });
  }
}

/** strace writes the last of its record after its program has ended. */
function completed(path: string): string {
  const end = performance.now() + completeMs;
  for (;;) {
    const log = readFileSync(path, 'latin1');
    if (isWhole(log) || performance.now() > end) return log;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}
