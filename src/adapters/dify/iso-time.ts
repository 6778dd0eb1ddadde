const iso = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * A time as Dify may write it, as ISO 8601 in UTC with milliseconds: from ISO 8601 with any number of decimals, or from
 * seconds since the epoch. A text without a zone is UTC, as Python writes it. `undefined` for anything else.
 */
export function isoTime(value: string | number): string | undefined {
  const ms = typeof value === 'number' ? Math.round(value * 1000) : msOf(value);
  const time = new Date(ms);
  // The first years are a duration taken for a time; beyond 9999 the form of ISO 8601 is another.
  if (Number.isNaN(time.getTime()) || ms <= 0 || time.getUTCFullYear() > 9999) return undefined;
  return time.toISOString();
}

function msOf(text: string): number {
  // Stryker disable next-line ArrayDeclaration: only the parts after the first are read
  const [, date, time, zone = 'Z'] = iso.exec(text) ?? [];
  return Date.parse(`${date}T${time}${zone}`);
}
