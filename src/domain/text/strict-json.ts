import { isObject } from './encodings.ts';

/** Deeper nesting than any protocol has. */
const maxDepth = 32;

/**
 * Returns the JSON object that another program sent, or `undefined` if two programs could read the text differently:
 *
 * - it's not JSON, not an object, or cut short
 * - two keys of an object are equal, or differ only in case, which some programs ignore
 * - a string contains a NUL or an unpaired surrogate
 * - a number is larger than a double can be, which some programs read as infinite
 * - it's nested more than 32 levels deep
 *
 * Callers report it without repeating the text, because it may contain a secret.
 */
export function parseStrictJson(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = isUnambiguous(text) ? parse(text) : undefined;
  return isObject(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (_, value) => {
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw new SyntaxError();
      return value;
    });
  } catch {
    return undefined;
  }
}

/** A string, or a bracket or colon outside of strings. Everything else can't make a valid text ambiguous. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

/** Whether no two keys of an object are equal and no string is ill-formed, provided that the text is JSON. */
function isUnambiguous(text: string): boolean {
  const open: Set<string>[] = [];
  let last: string | undefined;
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const keys = open.at(-1);
      // Both, because ſ is a small letter of S.
      const key = last?.toUpperCase().toLowerCase();
      if (keys === undefined || key === undefined || keys.has(key)) return false;
      keys.add(key);
    } else {
      const string = parse(token);
      if (typeof string !== 'string' || string.includes('\0') || !string.isWellFormed()) return false;
      last = string;
    }
    if (open.length > maxDepth) return false;
  }
  return true;
}
