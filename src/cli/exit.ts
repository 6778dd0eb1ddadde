import type { ErrorCode } from '../domain/credential-error.ts';

/** What the programs exit with. */
export const exitCodes = {
  done: 0,
  /** An error, or the credential was not found. */
  error: 1,
  usage: 2,
  /** Nobody is signed in, or the keyring that was demanded is not usable. */
  notSignedIn: 4,
  /** As shells have it, of a command that `exec` was to run. */
  notRunnable: 126,
  notFound: 127,
  /** Ctrl-C: 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;

const special: Partial<Record<ErrorCode, number>> = {
  'invalid-preference': exitCodes.usage,
  'contradictory-settings': exitCodes.usage,
  'invalid-setting': exitCodes.usage,
  'invalid-name': exitCodes.usage,
  'invalid-input': exitCodes.usage,
  'keyring-required': exitCodes.notSignedIn,
  'not-signed-in': exitCodes.notSignedIn,
  'command-not-runnable': exitCodes.notRunnable,
  'command-not-found': exitCodes.notFound,
};

export function toExitCode(code: ErrorCode): number {
  return special[code] ?? exitCodes.error;
}

/** How long what was begun may take to end once the command has, in milliseconds. */
const graceMs = 500;

/** `process.execve`, which Node has from 22.15 and 23.11 on, and whose types come later than the ones used here. */
type Execve = (file: string, args: readonly string[]) => never;

/**
 * Has the process end with `exitCode`: by itself, as a rule. A native call that hangs, in one of libuv's threads, keeps
 * it from that, and `process.exit` waits for the thread as well; so what still runs after the grace is cut off.
 */
export function exitAfterGrace(exitCode: number): void {
  process.exitCode = exitCode;
  setTimeout(() => endProcess(exitCode), graceMs).unref();
}

/** POSIX leaves a process with threads that hang two ways: to become another program, or to be killed (137). */
function endProcess(exitCode: number): void {
  if (process.platform === 'win32') process.exit();
  const { execve } = process as { readonly execve?: Execve };
  execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`]);
  process.kill(process.pid, 'SIGKILL');
}
