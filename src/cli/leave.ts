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
  setTimeout(() => cutOff(exitCode), graceMs).unref();
}

/** POSIX leaves a process with threads that hang two ways: to become another program, or to be killed (137). */
function cutOff(exitCode: number): void {
  if (process.platform === 'win32') process.exit();
  const { execve } = process as { readonly execve?: Execve };
  execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`]);
  process.kill(process.pid, 'SIGKILL');
}
