/** Turns a platform's message into one short line without control characters, and without what C prints for a missing text. */
export function toOneLine(text: string): string {
  return text
    .replace(/:?\s*\(null\)/g, '')
    .replace(createUnicodeRegExp('[\\p{Cc}\\s]+'), ' ')
    .trim()
    .slice(0, maxLength);
}

/** In UTF-16 code units. */
const maxLength = 300;

/** The message of the innermost cause, on one short line. */
export function rootMessage(error: unknown): string {
  // Stryker disable next-line StringLiteral: the chain is never empty
  return toOneLine(messageChain(error).at(-1) ?? '');
}

/** Longest chain of causes that is read: an error can be its own cause. */
const maxCauses = 20;

/** The messages of an error and its causes, outermost first. An error without a message is represented by its name. */
export function messageChain(error: unknown, limit = maxCauses): readonly string[] {
  if (!isError(error)) return [String(error)];
  const { cause } = error;
  const causes = cause === undefined || cause === error || limit === 0 ? [] : messageChain(cause, limit - 1);
  return [error.message || error.name, ...causes];
}

/**
 * Whether something that was thrown is an error, of any realm: a test runner may run keystow in another one than Node's own
 * modules, whose errors aren't an `instanceof Error` there.
 */
export function isError(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown;
}

/**
 * A global regular expression with Unicode properties such as `\p{Cc}`. A literal would slow down every start: V8 looks
 * its properties up as soon as it parses the file, even if the expression is never used.
 */
export function createUnicodeRegExp(source: string): RegExp {
  return new RegExp(source, 'gu');
}

/**
 * Returns the candidates that somebody has probably meant by `typed`: those that differ in the fewest letters, or else those
 * that begin with it. Ignores case. Returns none if `typed` isn't close to any.
 */
export function findClosest(typed: string, candidates: readonly string[]): readonly string[] {
  const word = typed.toLowerCase();
  if (word.length < 2) return [];
  const close = candidates
    .map((candidate) => ({ candidate, distance: countEdits(word, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= maxEdits(candidate));
  const least = Math.min(...close.map(({ distance }) => distance));
  if (close.length === 0) return candidates.filter((candidate) => candidate.toLowerCase().startsWith(word));
  return close.filter(({ distance }) => distance === least).map(({ candidate }) => candidate);
}

/** A third of the letters: more, and any word would be close to a short one. */
function maxEdits({ length }: string): number {
  return Math.max(1, Math.min(3, Math.floor(length / 3)));
}

/** How many letters have to be inserted, removed, replaced or swapped with the next one. */
function countEdits(from: string, to: string): number {
  // Longer ones are never close, and may be as long as a command line.
  if (Math.abs(from.length - to.length) > 3) return Number.POSITIVE_INFINITY;
  let [before, previous] = [[] as number[], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, previous] = [previous, current];
  }
  return previous[to.length] as number;
}

/** Ends a switch over a union. It compiles only if every member is handled. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
