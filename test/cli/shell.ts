import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { LeakWatch } from '../leaks/leak-watch.ts';

/** What people type commands into. */
export interface Shell {
  readonly file: string;
  /** What has it run one line. */
  args(line: string): readonly string[];
  /** Puts a script of Node's into `bin` as a command, watched where it can be. */
  install(bin: string, command: string, script: string, watch?: LeakWatch): void;
  /** The environment of somebody whose home this is: nothing of the caller's but what the system needs. */
  environment(home: string, bin: string): Record<string, string>;
  /** What a line printed, with the ends of lines as transcripts have them. */
  text(bytes: Buffer): string;
}

const sh: Shell = {
  file: '/bin/sh',
  args: (line) => ['-c', line],
  install(bin, command, script, watch) {
    const run = `'${process.execPath}' '${script}' "$@"`;
    const lines = watch ? watch.recording(run) : `exec ${run}`;
    writeFileSync(join(bin, command), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  },
  environment: (home, bin) => ({ PATH: path(bin, '/usr/bin', '/bin'), HOME: home, LC_ALL: 'C.UTF-8' }),
  text: (bytes) => bytes.toString(),
};

const cmd: Shell = {
  file: process.env.ComSpec ?? 'cmd.exe',
  // With /s the first and the last quotation mark go, and what is between them stays as it is.
  args: (line) => ['/d', '/s', '/c', `"${line}"`],
  install(bin, command, script) {
    writeFileSync(join(bin, `${command}.cmd`), `@"${process.execPath}" "${script}" %*\r\n`);
  },
  environment: (home, bin) => ({
    ...Object.fromEntries(needed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    PATH: path(bin, process.env.PATH ?? ''),
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
  }),
  // The shell's own commands end a line with CR LF, the programs with LF.
  text: (bytes) => bytes.toString().replaceAll('\r\n', '\n'),
};

/** NODE_OPTIONS: see test/windows/wine. */
const needed = ['SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'NODE_OPTIONS'];

export const shell = process.platform === 'win32' ? cmd : sh;

function path(bin: string, ...others: readonly string[]): string {
  return [bin, dirname(process.execPath), ...others].join(delimiter);
}
