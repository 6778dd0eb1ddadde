/** Longest text of the platform that is passed on, in UTF-16 code units. */
const maxLength = 300;

/** The words of what lies innermost in a chain of causes, as one line of bounded length. */
export function words(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  if (error instanceof Error && error.cause !== undefined) return words(error.cause);
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}
