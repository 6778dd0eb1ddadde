/**
 * Runs a command on this process's stdin, stdout and stderr, and waits until it ends. Signals to this process are passed
 * on, and the child decides what to do.
 *
 * - exits by itself → its exit code
 * - ended by signal n → 128 + n, as in shells
 * - the command does not exist → rejects with `command-not-found`
 * - it cannot be started, or not with an environment of this size → rejects with `command-not-runnable`
 *
 * No message or cause contains the value of a variable.
 */
export type RunChild = (child: Child) => Promise<number>;

export interface Child {
  /** Looked up on PATH, and run without a shell. */
  readonly command: string;
  readonly args: readonly string[];
  /** Variables to add to this process's environment. Its own secret variables are not passed on. */
  readonly variables: Readonly<Record<string, string>>;
}
