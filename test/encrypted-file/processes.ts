import { type ChildProcess, spawn } from 'node:child_process';
import { bundleModule } from '../support/bundled.ts';

/** The result of a child process: a value, or an error's code, message and hint. */
export interface ChildResult {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** Runs child.ts in separate processes. */
export function childProcesses() {
  const child = bundleModule('test/encrypted-file/child.ts');

  function start(
    verb: string,
    path: string,
    argument = '',
    env: Readonly<Record<string, string>> = {},
    under: readonly string[] = [],
  ): ChildProcess {
    const [program = process.execPath, ...rest] = [...under, process.execPath, child.file(), verb, path, argument];
    return spawn(program, rest, {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: '', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  return {
    /** `under`: a program that starts the child, and its arguments. */
    start,
    run: (...child: Parameters<typeof start>): Promise<ChildResult> => readResult(start(...child)),
  };
}

/** Returns what a child printed when it exited. Rejects if it failed. */
export async function readResult(child: ChildProcess): Promise<ChildResult> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const exit = await new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
  if (exit !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${exit}`);
  return JSON.parse(text.slice(text.indexOf('{')));
}

/** Resolves when a child has printed `count` characters. */
export function waitForOutput(child: ChildProcess, count = 1): Promise<void> {
  return new Promise((done) => {
    let left = count;
    child.stdout?.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left <= 0) done();
    });
  });
}

export function waitForExit(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once('close', () => done());
  });
}
