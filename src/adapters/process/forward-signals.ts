import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Typed on a terminal (Ctrl-C, Ctrl-\), these reach every process in its foreground, so the child too. */
const typed = ['SIGINT', 'SIGQUIT'] as const;
const sent = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Gives the child what is sent to this process, which then does not end by it. What a terminal sends to both is not sent
 * a second time: many programs take a second Ctrl-C for "now, without tidying up".
 */
export function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  const stay = () => {};
  const listeners = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>();
  // On Windows a signal that a process sends is the other's end.
  const shared = process.platform === 'win32' || hasTerminal();
  for (const signal of typed) listeners.set(signal, shared ? stay : forward);
  if (process.platform !== 'win32') for (const signal of sent) listeners.set(signal, forward);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
}

/** Whether this process has a controlling terminal (tty(4)), wherever its stdin and stdout go. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
