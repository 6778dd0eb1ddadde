import { spawn, spawnSync } from 'node:child_process';
import { patienceMs } from './patience.ts';

/** A program on a pseudo-terminal of its own, and somebody who types. */
export interface PseudoTerminal {
  /** Everything shown so far. */
  shown(): string;
  /** Waits until `text` is shown after what was waited for before. Rejects when the program ends first. */
  waitFor(text: string): Promise<void>;
  type(text: string): void;
  /** The exit code, once the program has ended. */
  readonly exit: Promise<number | null>;
}

/** Why there can be no pseudo-terminal here: util-linux's script(1) makes it. */
export function missingPseudoTerminal(): string | undefined {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return stdout?.includes('util-linux') ? undefined : 'script(1) of util-linux is not installed';
}

/** Runs a line of shell on a terminal. What does not end in time is killed. */
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
  // Somebody may type on after the end.
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
      for (;;) {
        const found = shown.indexOf(text, seen);
        if (found >= 0) {
          seen = found + text.length;
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

/** Types a line once the question is shown. */
export async function answer(terminal: PseudoTerminal, question: string, text: string): Promise<void> {
  await terminal.waitFor(question);
  terminal.type(`${text}\r`);
}
