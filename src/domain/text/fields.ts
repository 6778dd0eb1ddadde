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
