/**
 * How long a `Retry-After` header asks to wait, in milliseconds (RFC 9110 §10.2.3): seconds, or a date. `undefined` where
 * there is none or it is neither.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  // Stryker disable next-line StringLiteral: any text that isn't a time will do
  const text = header ?? '';
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  // All three forms of RFC 9110 §5.6.7 begin with the day of the week; Date.parse alone would take much else.
  const atMs = /^(Mon|Tues?|Wed|Wednes|Thu|Thurs|Fri|Sat|Satur|Sun)(day)?[, ]/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
