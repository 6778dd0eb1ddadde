import { type ChildProcess, spawn } from 'node:child_process';
import { bundled } from '../support/bundled.ts';

/** What a child said at its end: a value, or an error's code, message and hint. */
export interface Said {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** Runs child.ts as processes of their own. */
export function childProcesses() {
  const child = bundled('test/encrypted-file/child.ts');

  function start(verb: string, path: string, argument = '', env: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [child.file(), verb, path, argument], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  return {
    start,
    async run(verb: string, path: string, argument = '', env: Record<string, string> = {}): Promise<Said> {
      const child = start(verb, path, argument, env);
      let said = '';
      child.stdout?.on('data', (chunk) => {
        said += chunk;
      });
      const exit = await new Promise((done) => child.once('close', (code, signal) => done(code ?? signal)));
      if (exit !== 0) throw new Error(`child ${verb} ended with ${exit}`);
      return JSON.parse(said.slice(said.indexOf('{')));
    },
  };
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
