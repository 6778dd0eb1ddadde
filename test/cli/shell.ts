import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { LeakWatch } from '../leaks/leak-watch.ts';

/** The shell that runs the commands of a sandbox. */
export interface Shell {
  readonly file: string;
  /** The arguments that make it run a line. */
  args(line: string): readonly string[];
  /** Installs a Node.js script in `bin` as a command, watched for leaks if possible. */
  install(bin: string, command: string, script: string, watch?: LeakWatch): void;
  /** A minimal environment with this home, without the caller's own variables. */
  environment(home: string, bin: string): Record<string, string>;
  /** Decodes the output of a line, with LF line ends. */
  text(output: Buffer | string): string;
}

const sh: Shell = {
  file: '/bin/sh',
  args: (line) => ['-c', line],
  install(bin, command, script, watch) {
    const run = `'${process.execPath}' '${script}' "$@"`;
    const lines = watch ? watch.wrapCommand(run) : `exec ${run}`;
    writeFileSync(join(bin, command), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  },
  environment: (home, bin) => ({ PATH: joinPath(bin, '/usr/bin', '/bin'), HOME: home, LC_ALL: 'C.UTF-8' }),
  text: (output) => output.toString(),
};

const cmd: Shell = {
  file: process.env.ComSpec ?? 'cmd.exe',
  // With /s, cmd removes the first and the last quote and leaves the rest unchanged.
  args: (line) => ['/d', '/s', '/c', `"${line}"`],
  install(bin, command, script) {
    writeFileSync(join(bin, `${command}.cmd`), `@"${process.execPath}" "${script}" %*\r\n`);
  },
  environment: (home, bin) => ({
    ...Object.fromEntries(needed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))),
    PATH: joinPath(bin, process.env.PATH ?? ''),
    USERPROFILE: home,
    APPDATA: join(home, 'AppData', 'Roaming'),
  }),
  // cmd's own commands end lines with CR LF, the programs with LF.
  text: (output) => output.toString().replaceAll('\r\n', '\n'),
};

/** NODE_OPTIONS: see test/windows/wine. */
const needed = ['SystemRoot', 'SystemDrive', 'windir', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'NODE_OPTIONS'];

export const shell = process.platform === 'win32' ? cmd : sh;

function joinPath(bin: string, ...others: readonly string[]): string {
  return [bin, dirname(process.execPath), ...others].join(delimiter);
}
