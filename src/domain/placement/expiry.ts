import { CredentialError } from '../credential-error.ts';
import { type CredentialName, compareTexts } from '../credential-name.ts';

/** When a credential stops working, in the format of `Date.prototype.toISOString`. Absent: unknown, or never. */
export interface Expiring {
  readonly expiresAt?: string;
}

/** How long before its expiry doctor reports a credential. */
export const expiryNoticeDays = 14;

const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

const units: Readonly<Record<string, number>> = {
  m: minuteMs,
  h: 60 * minuteMs,
  d: dayMs,
  w: 7 * dayMs,
  y: 365 * dayMs,
};

/** The last moment of the year 9999: times have four digits for the year. */
const latestMs = Date.UTC(10_000, 0) - 1;

/** Whether a credential has expired at the time `now`. */
export function isExpired({ expiresAt }: Expiring, now: string): boolean {
  return expiresAt !== undefined && expiresAt <= now;
}

/** Whether doctor reports a credential at the time `now`: it has expired, or will within {@link expiryNoticeDays}. */
export function isExpiringSoon({ expiresAt }: Expiring, now: string): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(now) + expiryNoticeDays * dayMs;
}

/** A credential that has expired, or will soon. */
export interface ExpiringCredential {
  readonly service: string;
  readonly account: string;
  /** In the format of `Date.prototype.toISOString`. */
  readonly expiresAt: string;
  /** Whether that has passed. */
  readonly expired: boolean;
}

/** Finds the credentials that {@link isExpiringSoon}, in the order of expiry. */
export function findExpiring(
  index: readonly (CredentialName & Expiring)[],
  now: string,
): readonly ExpiringCredential[] {
  return index
    .filter((entry) => isExpiringSoon(entry, now))
    .map(({ service, account, expiresAt = '' }) => ({ service, account, expiresAt, expired: expiresAt <= now }))
    .sort((a, b) => compareTexts(a.expiresAt, b.expiresAt));
}

/**
 * Parses when a credential expires: a duration from `now` (`90d`, `12h`; m, h, d, w and y), a date (`2027-01-31`: the start
 * of that day in UTC) or a time with a time zone (`2027-01-31T12:00Z`, RFC 3339). Anything else, the past, or a year after
 * 9999 → `invalid-input`.
 */
export function parseExpiry(typed: string, now: string): string {
  const time = parseDuration(typed, now) ?? parseTime(typed);
  if (time === undefined) throw invalidExpiryError('invalid time of expiry');
  if (time <= Date.parse(now)) throw invalidExpiryError('the time of expiry is in the past');
  if (time > latestMs) throw invalidExpiryError('the time of expiry is after the year 9999');
  return new Date(time).toISOString();
}

function parseDuration(typed: string, now: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})([mhdwy])$/.exec(typed) ?? [];
  return count === undefined ? undefined : Date.parse(now) + Number(count) * (units[unit] ?? 0);
}

const timePattern = /^\d{4}-\d\d-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|([+-]\d\d):?(\d\d)))?$/i;

function parseTime(typed: string): number | undefined {
  const [, day, hours, minutes] = timePattern.exec(typed) ?? [];
  if (day === undefined) return undefined;
  const text = hours === undefined ? typed : `${typed.slice(0, typed.lastIndexOf(hours))}${hours}:${minutes}`;
  const time = Date.parse(text.toUpperCase());
  // Date moves a day that doesn't exist to the next month.
  const days = Date.parse(typed.slice(0, 10));
  if (Number.isNaN(time) || Number.isNaN(days) || new Date(days).getUTCDate() !== Number(day)) return undefined;
  return time;
}

function invalidExpiryError(message: string): CredentialError {
  return new CredentialError('invalid-input', message, {
    hint: 'use a duration such as 90d or 12h, a date such as 2099-12-31, or a time such as 2099-12-31T12:00Z',
  });
}
