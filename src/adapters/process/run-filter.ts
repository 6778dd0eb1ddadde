import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CredentialError } from '../../domain/credential-error.ts';
import type { RunFilter } from '../../ports/system.ts';
import { errnoCode } from '../files/file-errors.ts';
import { timers } from './timers.ts';

const maxOutputBytes = 1024 * 1024;
/** How long a command may take to end after SIGTERM. */
const graceMs = 2000;

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
    const stdout = await readOutput(child.stdout, end);
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

async function readOutput(stdout: AsyncIterable<Buffer>, end: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdout) {
    bytes += chunk.length;
    if (bytes > maxOutputBytes) {
      end();
      throw new CredentialError('too-large', 'the output of the command is larger than 1 MiB');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
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
