import { toOneLine } from './one-line.ts';

/** The messages of an error and its causes, outermost first. An error without a message is represented by its name. */
export function messageChain(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message || error.name, ...(error.cause === undefined ? [] : messageChain(error.cause))];
}

/** The message of the innermost cause, on one line of bounded length. */
export function rootMessage(error: unknown): string {
  // Stryker disable next-line StringLiteral: the chain is never empty
  return toOneLine(messageChain(error).at(-1) ?? '');
}
