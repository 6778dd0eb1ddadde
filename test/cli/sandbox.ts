import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeakWatch } from '../leaks/leak-watch.ts';
import { killAfter } from '../support/kill-after.ts';
import { patienceMs } from '../support/patience.ts';
import { findScript, programs } from '../support/programs.ts';
import { shell } from './shell.ts';

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + the signal's number if a signal ended it, as in a shell. `null` if it was killed because it took too long. */
  readonly exit: number | null;
}

export interface Running {
  /** Resolves when it has ended. */
  readonly end: Promise<Run>;
  /** Waits until stderr matches. */
  matching(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ctrl-C, or another signal. */
  interrupt(signal?: NodeJS.Signals): void;
}

/** A temporary home with the built programs on PATH and a minimal environment. */
export class Sandbox {
  readonly home = mkdtempSync(join(tmpdir(), 'keystow-cli-'));
  readonly environment: Record<string, string>;
  readonly #temporary = mkdtempSync(join(tmpdir(), 'keystow-tmp-'));
  /** Undefined if runs are timed, because watching takes time. */
  readonly watch: LeakWatch | undefined;

  constructor(extra: Readonly<Record<string, string>> = {}, options: { readonly timed?: boolean } = {}) {
    this.watch = options.timed ? undefined : new LeakWatch();
    const bin = join(this.home, 'bin');
    mkdirSync(bin);
    for (const program of programs) shell.install(bin, program, findScript(program), this.watch);
    this.environment = { ...shell.environment(this.home, bin), TMPDIR: this.#temporary, ...extra };
  }

  /** Runs a line of shell in the home. Kills it if it doesn't end in time. */
  run(command: string): Run {
    const { stdout, stderr, status } = spawnSync(shell.file, shell.args(command), {
      cwd: this.home,
      env: this.environment,
      windowsVerbatimArguments: true,
      input: '',
      timeout: patienceMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { stdout: shell.text(stdout), stderr: shell.text(stderr), exit: status };
  }

  /** Like `run`, but without blocking, so that a server in this process can respond. */
  begin(command: string, extra: Readonly<Record<string, string>> = {}, limitMs = patienceMs): Running {
    const child = spawn(shell.file, shell.args(command), {
      cwd: this.home,
      env: { ...this.environment, ...extra },
      windowsVerbatimArguments: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end();
    const limit = killAfter(child, limitMs);
    const shown = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      shown.stderr += text;
    });
    const end = new Promise<Run>((resolve) => {
      child.once('close', (code, signal) =>
        resolve({
          stdout: shell.text(shown.stdout),
          stderr: shell.text(shown.stderr),
          exit: limit.late ? null : (code ?? toExitCode(signal)),
        }),
      );
    });
    return {
      end,
      async matching(pattern) {
        for (;;) {
          const found = pattern.exec(shown.stderr);
          if (found) return found;
          if (child.exitCode !== null) throw new Error(`ended without saying ${pattern}: ${shown.stderr}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      interrupt: (signal = 'SIGINT') => void child.kill(signal),
    };
  }

  /** Removes the home. Throws if a secret was leaked. */
  remove(): void {
    const folders = [this.home, this.#temporary];
    const leaks = this.watch?.end(folders) ?? [];
    // On Windows, a program that has just ended may still have its folder open.
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    if (leaks.length > 0) throw new Error(leaks.join('\n'));
  }
}

function toExitCode(signal: NodeJS.Signals | null): number {
  return 128 + constants.signals[signal ?? 'SIGKILL'];
}
