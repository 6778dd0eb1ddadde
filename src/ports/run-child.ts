/** A program to run in the foreground, in place of this one. */
export interface Child {
  /** As it is typed: found on PATH, run without a shell. */
  readonly command: string;
  readonly args: readonly string[];
  /** What its environment has beside the caller's: these variables, and no secret of the caller's own. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Runs a child on the caller's stdin, stdout and stderr, and waits for its end. A signal to the caller goes to the child,
 * whose answer decides.
 *
 * - ended by itself → its exit code
 * - ended by signal n → 128 + n, as shells have it
 * - there is no such command → rejects with `command-not-found`
 * - it cannot be run, or not with an environment of this size → rejects with `command-not-runnable`
 *
 * No message or cause holds a variable's value.
 */
export type RunChild = (child: Child) => Promise<number>;
