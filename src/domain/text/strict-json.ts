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

/** A key or a token: neither blanks nor control characters, because it becomes part of a header. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value);
}

/** A time with a time zone (RFC 3339). */
export function isTime(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const isWellFormed = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value);
  return isWellFormed && Number.isFinite(Date.parse(value));
}

/** Whether a field is valid or missing: programs also write null or an empty text for that. */
export function isOptional(
  value: unknown,
  isValid: (value: unknown) => value is string,
): value is string | null | undefined {
  return value === undefined || value === null || value === '' || isValid(value);
}
