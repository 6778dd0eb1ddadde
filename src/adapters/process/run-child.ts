import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Child } from '../../ports/system.ts';
import { errnoCode } from '../files/file-errors.ts';

/** The implementation of {@link RunChild}. */
export async function runChild(child: Child): Promise<number> {
  const { command, args, variables } = child;
  const cleanup: (() => void)[] = [];
  try {
    const running = spawn(command, args, { stdio: 'inherit', env: createEnvironment(variables) });
    cleanup.push(forwardSignals(running));
    return await waitForExit(running);
  } catch (error) {
    throw toError(error, command);
  } finally {
    for (const stop of cleanup) stop();
  }
}

function waitForExit(running: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    running.once('error', reject);
    running.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** If two names differ only in case, Windows would use whichever comes first, so the inherited one is removed. */
function createEnvironment(variables: Child['variables']): NodeJS.ProcessEnv {
  const normalize = (name: string) => (process.platform === 'win32' ? name.toUpperCase() : name);
  const replaced = new Set(Object.keys(variables).map(normalize));
  const inherited = Object.entries(process.env).filter(([name]) => !replaced.has(normalize(name)));
  return { ...Object.fromEntries(inherited), ...variables };
}

/** Typed at a terminal (Ctrl-C, Ctrl-\), these signals reach every process in the foreground, including the child. */
const typedSignals = ['SIGINT', 'SIGQUIT'] as const;
const sentSignals = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Forwards the signals that this process receives to the child, and keeps this process alive. Returns a function that
 * stops that. A signal that a terminal sends to both is not forwarded: many programs take a second Ctrl-C as "exit now,
 * without cleaning up".
 */
function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  const ignore = () => {};
  const listeners = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>();
  // On Windows, sending a signal to a process terminates it.
  const reachesChild = process.platform === 'win32' || hasTerminal();
  for (const signal of typedSignals) listeners.set(signal, reachesChild ? ignore : forward);
  if (process.platform !== 'win32') for (const signal of sentSignals) listeners.set(signal, forward);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/** Returns whether this process has a controlling terminal (tty(4)), even if its stdin and stdout are redirected. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Converts the error of a program that did not start. The message names the command, and never its environment. */
export function toError(error: unknown, command: string): CredentialError {
  const code = errnoCode(error);
  switch (code) {
    case 'ENOENT':
      return commandNotFoundError(command);
    case 'EACCES':
      return commandExists(command)
        ? commandNotRunnableError(command, 'permission denied', `if it is a program: chmod +x "${command}"`)
        : commandNotFoundError(command);
    case 'E2BIG':
      return commandNotRunnableError(
        command,
        'the secret and the arguments are too large for a process',
        'let the program read the secret from a pipe instead',
      );
    default:
      return commandNotRunnableError(
        command,
        code ?? 'the system gave no reason',
        `run it directly to see what is wrong${formatBatchHint()}`,
      );
  }
}

/** POSIX also reports EACCES if the command is not found but a folder of PATH is unreadable: execvp(3). */
function commandExists(command: string): boolean {
  if (process.platform === 'win32' || command.includes('/')) return true;
  const { PATH = '' } = process.env;
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Windows runs .cmd and .bat files only through its shell. */
function formatBatchHint(): string {
  return process.platform === 'win32' ? '; to run a .cmd or .bat file: cmd /c FILE' : '';
}

function commandNotFoundError(command: string): CredentialError {
  return new CredentialError('command-not-found', `command not found: ${command}`, {
    hint: `check the spelling, or use its full path${formatBatchHint()}`,
  });
}

function commandNotRunnableError(command: string, why: string, hint: string): CredentialError {
  return new CredentialError('command-not-runnable', `${command} cannot be run: ${why}`, { hint });
}
