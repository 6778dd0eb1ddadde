import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What a child said at its end: a value, or an error's code, message and hint. */
export interface Said {
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
}

/**
 * Compiles child.ts once for the tests of a file, because Node 20 runs no TypeScript. Beneath node_modules, so that the
 * packages are found.
 */
export function childProcesses() {
  let folder = '';
  beforeAll(() => {
    const cache = join(root, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'keystow-child-'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.base.json'),
        compilerOptions: {
          types: ['node'],
          typeRoots: [join(root, 'node_modules/@types')],
          lib: ['ES2023', 'ESNext.Disposable'],
          rootDir: root,
          outDir: folder,
          composite: false,
          noCheck: true,
        },
        files: [join(root, 'test/encrypted-file/child.ts')],
      }),
    );
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function start(
    verb: string,
    path: string,
    argument = '',
    env: Readonly<Record<string, string>> = {},
    under: readonly string[] = [],
  ): ChildProcess {
    const script = join(folder, 'test/encrypted-file/child.js');
    const [program = process.execPath, ...rest] = [...under, process.execPath, script, verb, path, argument];
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
