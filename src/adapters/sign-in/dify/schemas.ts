import * as v from 'valibot';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { TokenSet } from '../../../domain/token-set.ts';
import { invalidResponseHint } from '../http.ts';
import type { JsonFields } from './client.ts';

/** RFC 8628 §3.2: the default. */
const defaultIntervalSeconds = 5;
/** Longest wait for a code to be confirmed, whatever the host says. Timers can't exceed 24 days. */
const maxExpiresInSeconds = 3600;
const minIntervalSeconds = 1;

export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

// valibot's own messages would repeat the input.
const object = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object(entries, ({ expected }) => (expected === 'Object' ? 'is not an object' : 'is missing'));
const text = (maxLength: number) =>
  v.pipe(v.string('is not a string'), v.nonEmpty('is empty'), v.maxLength(maxLength, 'is too long'));
/**
 * Invalid values count as missing: the host has issued the token, and will not issue it again, so it's stored whatever the rest
 * of the response is like.
 */
const ignoreInvalid = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.nullish(schema), undefined);
/** Empty means missing too. */
const optionalText = ignoreInvalid(
  v.pipe(
    v.string(),
    v.maxLength(512),
    v.check((value) => removeUnprintable(value) === value.trim()),
    v.transform((value) => value.trim() || undefined),
  ),
);
const seconds = v.pipe(v.number('is not a number'), v.finite('is not a number'), v.minValue(0, 'is negative'));

const deviceCodeSchema = object({
  device_code: text(4096),
  user_code: v.pipe(text(256), v.transform(removeUnprintable), v.nonEmpty('is empty')),
  verification_uri: v.pipe(
    text(2048),
    v.transform((uri) => normaliseUrl(uri) ?? ''),
    v.nonEmpty('is not an http or https URL'),
  ),
  expires_in: v.pipe(seconds, v.gtValue(0, 'has already passed')),
  interval: v.nullish(seconds, defaultIntervalSeconds),
});

const tokenSchema = object({
  // RFC 6750 §2.1: visible ASCII, because it is sent in a header.
  token: v.pipe(text(65_536), v.regex(/^[\x21-\x7e]+$/, 'contains characters that are invalid in a token')),
  expires_at: ignoreInvalid(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.transform((time) => toIsoTime(time) ?? ''),
      v.nonEmpty(),
    ),
  ),
  account: ignoreInvalid(object({ id: optionalText, email: optionalText, name: optionalText })),
  subject_email: optionalText,
  token_id: optionalText,
});

export function parseDeviceCode(host: string, fields: JsonFields): DeviceCode {
  const parsed = parse(deviceCodeSchema, host, 'device code', fields);
  const expiresInSeconds = Math.min(parsed.expires_in, maxExpiresInSeconds);
  const intervalSeconds = Math.max(parsed.interval, minIntervalSeconds);
  if (intervalSeconds >= expiresInSeconds)
    throw invalidResponseError(host, 'device code', 'it expires before the first poll');
  return {
    deviceCode: parsed.device_code,
    userCode: parsed.user_code,
    verificationUri: parsed.verification_uri,
    expiresInSeconds,
    intervalSeconds,
  };
}

/** The subject is the account. Without one, it is the token's ID or the email address from the identity provider. */
export function parseDifyTokenSet(host: string, fields: JsonFields): TokenSet {
  const parsed = parse(tokenSchema, host, 'token', fields);
  const id = parsed.account?.id ?? parsed.token_id ?? parsed.subject_email ?? parsed.account?.email;
  const email = parsed.account?.email ?? parsed.subject_email;
  const name = parsed.account?.name;
  return {
    accessToken: parsed.token,
    ...(parsed.expires_at && { expiresAt: parsed.expires_at }),
    ...(id && { subject: { id, ...(email && { email }), ...(name && { name }) } }),
  };
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  host: string,
  what: string,
  fields: JsonFields,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, fields);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalidResponseError(host, what, `${v.getDotPath(issue)} ${issue.message}`);
}

function invalidResponseError(host: string, what: string, problem: string): CredentialError {
  return new CredentialError('sign-in-unreachable', `invalid ${what} from ${host}: ${problem}`, {
    hint: invalidResponseHint,
  });
}

/** Removes control characters, format and direction marks, and lone surrogates. */
function removeUnprintable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
}

/** The URL standard's spelling is ASCII without control characters. */
function normaliseUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, href } = new URL(text);
  // People mistake the part before an @ for the host name.
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '' ? href : undefined;
}

const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:?\d\d)?$/i;

/**
 * Converts a time from Dify to ISO 8601 in UTC with milliseconds. Accepts ISO 8601 with up to 9 decimals, and seconds since
 * the epoch. A time without a zone is in UTC, because Python writes it that way.
 */
function toIsoTime(value: string | number): string | undefined {
  const ms = typeof value === 'number' ? Math.round(value * 1000) : parseIsoTime(value);
  const time = new Date(ms);
  // A time before 1970 is a duration by mistake. Years above 9999 have another format in ISO 8601.
  if (Number.isNaN(time.getTime()) || ms <= 0 || time.getUTCFullYear() > 9999) return undefined;
  return time.toISOString();
}

function parseIsoTime(text: string): number {
  // Stryker disable next-line ArrayDeclaration: only the parts after the first are read
  const [, date, time, zone = 'Z'] = isoTime.exec(text) ?? [];
  return Date.parse(`${date}T${time}${zone}`);
}
