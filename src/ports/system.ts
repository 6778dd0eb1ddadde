import type { Secret } from '../domain/secret.ts';
import type { OperationOptions } from './credential-store.ts';

/**
 * Runs `work` while no other work holds the same lock, in this process or another. Settles as `work` does. `held` returns
 * whether the lock is still held: a process that was suspended may have lost it.
 */
export type Mutex = <T>(work: (held: () => boolean) => Promise<T>, options?: OperationOptions) => Promise<T>;

/**
 * Runs `work` to its end even if a signal asks the process to end meanwhile, which it then does. If one did, rejects with
 * `cancelled`, after `work` has succeeded.
 */
export type Uninterrupted = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Settles as `work` does. After `limitMs`, in which time that this process was suspended doesn't count, aborts the signal
 * that `work` was called with, and rejects with what `onLimit` returns, even if `work` never settles.
 */
export type TimeLimit = <T>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  onLimit: () => Error,
) => Promise<T>;

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
  /** Secrets to mask in its stdout and stderr, which are pipes then. Absent: it writes to those of this process. */
  readonly masked?: readonly Secret[];
}

/**
 * Runs a command line of the user's in their shell, passes it `input` on stdin, and resolves when it has ended, with its
 * exit code (128 + n after signal n) and its output. It's in a session of its own, so that no signal from the terminal ends it, and it has no
 * terminal that it could ask on. Its stderr is this process's. Once `signal` is aborted, it's ended with everything it has started.
 *
 * - the shell can't be started → rejects with `command-not-runnable`
 * - the output is larger than 1 MiB → rejects with `too-large`
 */
export type RunFilter = (filter: Filter) => Promise<{ readonly code: number; readonly stdout: string }>;

export interface Filter {
  readonly command: string;
  readonly input: string;
  readonly signal: AbortSignal;
  /** Names of variables that the command doesn't inherit, besides the secret variables of this process. */
  readonly without: readonly string[];
}

/** The current time in the format of `Date.prototype.toISOString`, such as `2026-11-03T09:00:00.000Z`. */
export type Clock = () => string;

/** A program to ask, without a shell and without a terminal. */
export interface ToolCall {
  /** Looked up on PATH, or absolute. */
  readonly program: string;
  readonly args: readonly string[];
  readonly input: string;
  /** Added to this process's environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Runs a program and returns its output. It doesn't get the secret variables of ours.
 *
 * - it can't be started, takes longer than 30 seconds or prints more than 1 MiB → `undefined`; it's killed
 * - aborted → rejects with `cancelled`
 */
export type ToolRunner = (
  call: ToolCall,
  options?: OperationOptions,
) => Promise<{ readonly exitCode: number; readonly stdout: string } | undefined>;

/** The clipboard of the user's desktop, through a tool of the platform. Nothing is passed to it as an argument. */
export interface Clipboard {
  /** The name of the tool. */
  readonly tool: string;
  /** Replaces the content. Asks clipboard managers not to keep it, if the tool can. Rejects with `failed` if the tool fails. */
  copy(secret: Uint8Array): Promise<void>;
  /** Returns the content, or `undefined` if there's none, or it can't be read. Never rejects. */
  paste(): Promise<Uint8Array | undefined>;
  /** Empties it. Rejects with `failed` if the tool fails. */
  clear(): Promise<void>;
}
