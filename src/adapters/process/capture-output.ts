import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { parse } from 'node:path';
import type { Readable } from 'node:stream';
import { CredentialError } from '../../domain/credential-error.ts';
import type { RunFilter, ToolRunner } from '../../ports/system.ts';
import { errnoCode } from '../files/file-errors.ts';
import { timers } from './timers.ts';

const maxOutputBytes = 1024 * 1024;
const limitMs = 30_000;

/** The implementation of {@link ToolRunner}. stderr is discarded: it may contain what the program was asked for. */
export const runTool: ToolRunner = ({ program, args, input, variables }, { signal } = {}) =>
  new Promise((resolve, reject) => {
    // Our own scripts aren't executable in a clone.
    const isScript = /\.[cm]?js$/.test(program);
    const child = spawn(isScript ? process.execPath : program, isScript ? [program, ...args] : args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...variables },
      // Not in a project, whose own settings would count.
      cwd: parse(process.execPath).root,
      detached: process.platform !== 'win32',
    });
    const chunks: Buffer[] = [];
    let length = 0;
    const kill = () => {
      try {
        // With the helpers that it has started.
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {}
    };
    const timer = timers.setTimeout(kill, limitMs);
    const onAbort = () => {
      kill();
      reject(new CredentialError('cancelled', 'cancelled'));
    };
    const finish = (result: Awaited<ReturnType<ToolRunner>>) => {
      timers.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(result);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    child.on('error', () => finish(undefined));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxOutputBytes) kill();
      else chunks.push(chunk);
    });
    child.on('close', (code) =>
      finish(
        code === null || length > maxOutputBytes
          ? undefined
          : { exitCode: code, stdout: Buffer.concat(chunks).toString() },
      ),
    );
  });

/** How long a command may take to end after SIGTERM. */
const graceMs = 2000;
/** How long the output may stay open after the command has ended. */
const drainMs = 500;

/** The implementation of {@link RunFilter}. */
export const runFilter: RunFilter = async ({ command, input, signal, without }) => {
  const child = spawn(command, {
    shell: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: createEnvironment(without),
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const end = () => endGroup(child);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    const ended = waitForEnd(child);
    // A command that doesn't read its input closes the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const stdout = await readOutput(child, end);
    return { code: await ended, stdout };
  } finally {
    signal.removeEventListener('abort', end);
  }
};

function createEnvironment(without: readonly string[]): NodeJS.ProcessEnv {
  const normalize = (name: string) => (process.platform === 'win32' ? name.toUpperCase() : name);
  const removed = new Set(without.map(normalize));
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !removed.has(normalize(name))));
}

function waitForEnd(child: ChildProcess): Promise<number> {
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(notRunnableError(error)));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  // Awaited after the output, and so perhaps too late.
  ended.catch(() => undefined);
  return ended;
}

/** Resolves when the command has ended, even if something that it has started keeps its stdout open. */
function readOutput(child: ChildProcess & { readonly stdout: Readable }, end: () => void): Promise<string> {
  const { stdout } = child;
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= maxOutputBytes) return;
      end();
      stdout.destroy();
      reject(new CredentialError('too-large', 'the output of the command is larger than 1 MiB'));
    });
    stdout.on('error', reject);
    let timer: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      // Between a timer and an immediate, Node reads what waits in the pipe.
      timer = timers.setTimeout(() => timers.setImmediate(() => stdout.destroy()), drainMs);
    });
    stdout.once('close', () => {
      timers.clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}

/** Ends the command and what it has started. On Windows, only its shell. */
function endGroup(child: ChildProcess): void {
  const send = (signal: NodeJS.Signals) => {
    try {
      if (process.platform === 'win32' || child.pid === undefined) child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {}
  };
  send('SIGTERM');
  const timer = timers.setTimeout(() => send('SIGKILL'), graceMs);
  child.once('exit', () => timers.clearTimeout(timer));
}

function notRunnableError(error: unknown): CredentialError {
  const reason = errnoCode(error) ?? 'the system gave no reason';
  return new CredentialError('command-not-runnable', `the shell cannot be run: ${reason}`, {
    hint: 'check that /bin/sh (on Windows: ComSpec) can be run',
  });
}
