/** Much deeper than any configuration. */
const maxDepth = 100;

/**
 * Whether YAML could be nested so deeply that parsing it would exhaust the stack. That isn't always an exception: V8 ends the
 * process if it has to compile a regular expression there. Counts brackets, even in strings, indentation, and the indicators
 * that begin a line.
 */
export function isTooDeep(text: string): boolean {
  let [brackets, indicators, spaces] = [0, 0, 0];
  let isLineStart = true;
  for (const character of text) {
    if (character === '[' || character === '{') brackets += 1;
    else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
    if (character === '\n') {
      [indicators, spaces] = [0, 0];
      isLineStart = true;
    } else if (isLineStart) {
      if (character === ' ' || character === '\t') spaces += 1;
      else if (/[-?:!&*|]/.test(character)) indicators += 1;
      else isLineStart = false;
    }
    if (brackets > maxDepth || indicators > maxDepth || spaces > 4 * maxDepth) return true;
  }
  return false;
}
