import type { OperationOptions } from './credential-store.ts';

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
