import { spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { patienceMs } from './patience.ts';

/** A program that runs on its own pseudo-terminal. */
export interface PseudoTerminal {
  /** Everything shown so far. */
  shown(): string;
  /** Waits until `text` appears, in any colours, after the text of the previous call. Rejects if the program ends first. */
  waitFor(text: string): Promise<void>;
  type(text: string): void;
  /** The exit code, once the program has ended. */
  readonly exit: Promise<number | null>;
}

/** Returns why no pseudo-terminal can be opened here. It needs script(1) of util-linux. */
export function missingPseudoTerminal(): string | undefined {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return stdout?.includes('util-linux') ? undefined : 'script(1) of util-linux is not installed';
}

/** Runs a shell command on a terminal. Kills it after `limitMs`. */
export function runOnTerminal(
  command: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  limitMs = patienceMs,
): PseudoTerminal {
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  // Ignores input after the program has ended.
  child.stdin.on('error', () => undefined);
  let shown = '';
  let seen = 0;
  let ended = false;
  const exit = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      ended = true;
      resolve(code);
    });
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  return {
    shown: () => shown,
    async waitFor(text) {
      const plain = stripVTControlCharacters(text);
      for (;;) {
        const found = stripVTControlCharacters(shown).indexOf(plain, seen);
        if (found >= 0) {
          seen = found + plain.length;
          return;
        }
        if (ended)
          throw new Error(`the program ended without showing ${JSON.stringify(text)}: ${JSON.stringify(shown)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    type: (text) => void child.stdin.write(text),
    exit,
  };
}

/** Types a line when the question appears. */
export async function answer(terminal: PseudoTerminal, question: string, text: string): Promise<void> {
  await terminal.waitFor(question);
  terminal.type(`${text}\r`);
}
