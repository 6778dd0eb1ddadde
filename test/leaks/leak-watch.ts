import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingStrace } from '../durability/strace.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { patienceMs } from '../support/patience.ts';
import { findLeaks } from './find-leaks.ts';
import { leakMarkers, MarkerFinder } from './leak-markers.ts';
import { isComplete, parseTrace, straceOptions } from './strace-log.ts';

const missing = missingStrace();

/**
 * Watches runs of the programs for leaked secrets. With strace: everything they write to files, stdout and stderr, and the
 * arguments and environment of the programs they run. Without strace: only the files they leave behind.
 */
export class LeakWatch {
  readonly #logs = mkdtempSync(join(tmpdir(), 'keystow-traces-'));
  readonly #usesStrace: boolean;
  #secrets = new MarkerFinder(leakMarkers);

  /** strace takes time, so only the slow suite uses it unless told otherwise. */
  constructor(usesStrace = fastOrSlow(false, true)) {
    this.#usesStrace = usesStrace && missing === undefined;
  }

  /** Returns lines of sh that run `command` under strace, unless it already runs under strace. */
  wrapCommand(command: string): string {
    if (!this.#usesStrace) return `exec ${command}`;
    return [
      // Not on stdin, which the program reads.
      'while read -r key value <&3; do',
      `  if [ "$key" = TracerPid: ] && [ "$value" != 0 ]; then exec ${command} 3<&-; fi`,
      'done 3</proc/self/status',
      `log='${this.#logs}'/$$`,
      'while [ -e "$log" ]; do log=$log+; done',
      // -D: the program stays the child of the shell, and receives its signals.
      `exec strace -D -o "$log" ${straceOptions.join(' ')} ${command}`,
    ].join('\n');
  }

  /** Adds secrets that contain no marker. Runs before this call are searched for them too. */
  add(...secrets: readonly string[]): void {
    this.#secrets = new MarkerFinder([...leakMarkers, ...secrets]);
  }

  /** Ends the watch. Returns all leaks of the runs, and those in the files of `folders`. */
  end(folders: readonly string[]): readonly string[] {
    const logs = readdirSync(this.#logs).map((name) => readCompleteLog(join(this.#logs, name)));
    rmSync(this.#logs, { recursive: true, force: true });
    return [
      ...logs.flatMap((log) => findLeaks(parseTrace(log), this.#secrets)),
      ...folders.flatMap((folder) => this.#findInFiles(folder)),
    ];
  }

  #findInFiles(folder: string): readonly string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile() ? readFileSync(path) : entry.isSymbolicLink() ? readlinkSync(path) : '';
      const found = this.#secrets.find(Buffer.from(path)) ?? this.#secrets.find(Buffer.from(content));
      return found ? [`${found} is left in ${path}`] : [];
    });
  }
}

function readCompleteLog(path: string): string {
  const end = performance.now() + patienceMs;
  for (;;) {
    const log = readFileSync(path, 'latin1');
    if (isComplete(log) || performance.now() > end) return log;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}
