import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CredentialError } from '../../domain/credential-error.ts';
import { quoteForShell } from '../../domain/text/quote.ts';
import type { Child } from '../../ports/system.ts';
import { errnoCode } from '../files/file-errors.ts';

/** The implementation of {@link RunChild}. */
export async function runChild(child: Child): Promise<number> {
  const { command, args, variables, masked } = child;
  const cleanup: (() => void)[] = [];
  try {
    const output = masked ? 'pipe' : 'inherit';
    const env = createEnvironment(variables);
    const running: ChildProcess = spawn(command, args, { stdio: ['inherit', output, output], env });
    cleanup.push(forwardSignals(running));
    if (masked === undefined) return await waitForExit(running);
    const [exitCode] = await Promise.all([waitForExit(running), maskOutput(running, masked)]);
    return exitCode;
  } catch (error) {
    throw toError(error, command);
  } finally {
    for (const stop of cleanup) stop();
  }
}

/** Waits until the child and the processes that it leaves behind have closed their output, as a pipe in a shell does. */
async function maskOutput(child: ChildProcess, masked: NonNullable<Child['masked']>): Promise<void> {
  const { copyMasked } = await import('./masked-output.ts');
  const { stdout, stderr } = child;
  const options = {
    secrets: masked.map((secret) => secret.expose()),
    // What the system would send to a program that writes to the same pipe.
    onClosed: () => void child.kill('SIGPIPE'),
  };
  await Promise.all([
    stdout && copyMasked(stdout, process.stdout, options),
    stderr && copyMasked(stderr, process.stderr, options),
  ]);
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
  if (command === '') {
    return new CredentialError('command-not-found', 'the command is empty', { hint: 'put a command after --' });
  }
  const code = errnoCode(error);
  switch (code) {
    case 'ENOENT': {
      const path = findCommand(command);
      return path === undefined ? commandNotFoundError(command) : interpreterNotFoundError(command, path);
    }
    case 'EACCES': {
      if (process.platform === 'win32')
        return commandNotRunnableError(command, 'permission denied', `check its permissions${formatBatchHint()}`);
      const path = findCommand(command);
      return path === undefined ? commandNotFoundError(command) : deniedError(command, path);
    }
    case 'ENOTDIR':
      return commandNotRunnableError(command, 'a part of its path is not a folder', 'check its path');
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
        `run it directly to see its error${formatBatchHint()}`,
      );
  }
}

/**
 * Returns the path of the file that should have run. `undefined`: the command wasn't found. POSIX then also reports EACCES, if
 * a folder of PATH is unreadable: execvp(3). On Windows, only `command` is known.
 */
function findCommand(command: string): string | undefined {
  if (process.platform === 'win32') return undefined;
  const { PATH = '' } = process.env;
  const paths = command.includes('/') ? [command] : PATH.split(delimiter).map((folder) => join(folder, command));
  return paths.find((path) => existsSync(path));
}

/** A file that exists wasn't found: it's a script whose first line names a missing program, or a program of another system. */
function interpreterNotFoundError(command: string, path: string): CredentialError {
  const script = /^#!\s*(\S+)/.exec(readStart(path) ?? '')?.[1];
  return script === undefined
    ? commandNotRunnableError(command, 'its loader was not found', 'install a version that was built for this system')
    : commandNotRunnableError(command, `its interpreter was not found: ${script}`, 'correct its first line');
}

/** Advises `chmod` only for a program that the user may change. */
function deniedError(command: string, path: string): CredentialError {
  const stats = statSync(path);
  if (stats.isDirectory()) return commandNotRunnableError(command, 'it is a folder', 'use the path of a program');
  if (!stats.isFile()) return commandNotRunnableError(command, 'it is not a program', 'use the path of a program');
  if ((stats.mode & 0o111) !== 0) {
    const hint =
      'check the permissions of the file, its interpreter and its folders, and whether it is on a file system that is mounted with noexec';
    return commandNotRunnableError(command, 'permission denied', hint);
  }
  const start = readStart(path);
  if (start !== undefined && !/^(#!|\x7fELF|[\xfe\xcf\xce\xca]\xfa)/.test(start))
    return commandNotRunnableError(command, 'it is not a program', 'check the spelling, or use the path of a program');
  const isOwn = stats.uid === process.geteuid?.();
  const hint = isOwn && start !== undefined ? `chmod +x ${quoteForShell(path)}` : 'use a program that you may run';
  return commandNotRunnableError(command, 'it is not executable', hint);
}

/** Returns the first bytes of a file, one character each. `undefined` if it can't be read. */
function readStart(path: string): string | undefined {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(256);
      return bytes.toString('latin1', 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
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

/** Opens a page in the user's browser. Rejects if none can be opened. `from`: the folder that the search for `open` starts in. */
export async function openBrowser(url: string, from = import.meta.dirname): Promise<void> {
  if (!canShowBrowser(process.platform, process.env)) throw new Error('there is no display');
  const { findOwnPackage } = await import('../native/own-package.ts');
  const folder = findOwnPackage('open', from);
  if (folder === undefined) throw new Error("Cannot find module 'open'");
  const { href } = pathToFileURL(createRequire(import.meta.url).resolve(folder));
  const { default: open }: typeof import('open') = await import(href);
  await open(url);
}

/** Without a display, xdg-open(1) starts a browser for terminals, which nobody sees. WSL opens the browser of Windows. */
export function canShowBrowser(platform: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { DISPLAY, WAYLAND_DISPLAY, BROWSER, WSL_DISTRO_NAME } = environment;
  return platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY || BROWSER || WSL_DISTRO_NAME);
}
