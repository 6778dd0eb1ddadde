import { toOneLine } from '../../domain/text/one-line.ts';

/** What an error and the causes beneath it say, the outermost first. */
export function chain(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  return [error.message || error.name, ...(error.cause === undefined ? [] : chain(error.cause))];
}

/** The words of what lies innermost in a chain of causes, as one line of bounded length. */
export function words(error: unknown): string {
  // Stryker disable next-line StringLiteral: a chain always has a first link
  return toOneLine(chain(error).at(-1) ?? '');
}
