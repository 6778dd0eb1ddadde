import { type ChildProcess, spawn } from 'node:child_process';
import { bundleModule } from '../support/bundled.ts';

/** What a child said at its end: a value, or an error's code, message and hint. */
export interface Said {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** Runs child.ts as processes of their own. */
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
    /** `under`: a program that runs the child, and its arguments. */
    start,
    run: (...child: Parameters<typeof start>): Promise<Said> => said(start(...child)),
  };
}

/** What a child says at its end. Rejects when it ends in any other way. */
export async function said(child: ChildProcess): Promise<Said> {
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const exit = await new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
  if (exit !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${exit}`);
  return JSON.parse(text.slice(text.indexOf('{')));
}

/** Resolves when a child has printed for the `count`th time. */
export function printed(child: ChildProcess, count = 1): Promise<void> {
  return new Promise((done) => {
    let left = count;
    child.stdout?.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left <= 0) done();
    });
  });
}

export function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once('close', () => done());
  });
}
