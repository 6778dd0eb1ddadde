import * as v from 'valibot';
import type { TokenSet } from '../../domain/sign-in/session.ts';
import { isoTime } from './iso-time.ts';
import type { Fields } from './judge.ts';
import { plain } from './plain.ts';
import { unreachable } from './to-error.ts';

/** RFC 8628 §3.2: where the host says nothing, it is asked every 5 s. */
const defaultIntervalSeconds = 5;
/** No code is waited for longer than this, whatever the host says: timers end at 24 days, and people sooner. */
const maxExpiresInSeconds = 3600;
/** No host is asked more often than this, whatever it says. */
const minIntervalSeconds = 1;

/** What a host gives to start a sign-in, fit to be shown. */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

// Every message is one of these: valibot's own repeat what was sent.
const object = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object(entries, ({ expected }) => (expected === 'Object' ? 'is no object' : 'is missing'));
const text = (maxLength: number) =>
  v.pipe(v.string('is no text'), v.nonEmpty('is empty'), v.maxLength(maxLength, 'is too long'));
/** Absent, null and empty are one: the host does not say. */
const told = v.nullish(
  v.pipe(
    v.string('is no text'),
    v.maxLength(512, 'is too long'),
    v.check((said) => plain(said) === said.trim(), 'holds characters that do not print'),
    v.transform((said) => said.trim() || undefined),
  ),
);
const seconds = v.pipe(v.number('is no number'), v.finite('is no number'), v.minValue(0, 'is less than 0'));

const deviceCode = object({
  device_code: text(4096),
  user_code: v.pipe(text(256), v.transform(plain), v.nonEmpty('is empty')),
  verification_uri: v.pipe(
    text(2048),
    v.transform((uri) => webAddress(uri) ?? ''),
    v.nonEmpty('is no http or https address'),
  ),
  expires_in: v.pipe(seconds, v.gtValue(0, 'is over already')),
  interval: v.nullish(seconds, defaultIntervalSeconds),
});

const token = object({
  // It goes into a header: RFC 6750 §2.1 has it visible ASCII.
  token: v.pipe(text(65_536), v.regex(/^[\x21-\x7e]+$/, 'holds characters that no token has')),
  expires_at: v.nullish(
    v.pipe(
      v.union([v.string(), v.number()], 'is neither text nor a number'),
      v.transform((time) => isoTime(time) ?? ''),
      v.nonEmpty('is no time'),
    ),
  ),
  account: v.nullish(object({ id: told, email: told, name: told })),
  subject_email: told,
  token_id: told,
});

export function readDeviceCode(host: string, fields: Fields): DeviceCode {
  const read = parse(deviceCode, host, 'device code', fields);
  const expiresInSeconds = Math.min(read.expires_in, maxExpiresInSeconds);
  const intervalSeconds = Math.max(read.interval, minIntervalSeconds);
  if (intervalSeconds >= expiresInSeconds) {
    throw unreachable(host, 'sends a device code that ends before the host may be asked about it');
  }
  return {
    deviceCode: read.device_code,
    userCode: read.user_code,
    verificationUri: read.verification_uri,
    expiresInSeconds,
    intervalSeconds,
  };
}

/** The subject is the account; without one, the token's own id or the address that an identity provider gave. */
export function readGrant(host: string, fields: Fields): TokenSet {
  const read = parse(token, host, 'token', fields);
  const id = read.account?.id ?? read.token_id ?? read.subject_email ?? read.account?.email;
  const email = read.account?.email ?? read.subject_email;
  const name = read.account?.name;
  return {
    accessToken: read.token,
    ...(read.expires_at && { expiresAt: read.expires_at }),
    ...(id && { subject: { id, ...(email && { email }), ...(name && { name }) } }),
  };
}

function parse<Schema extends v.GenericSchema>(
  schema: Schema,
  host: string,
  what: string,
  fields: Fields,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, fields);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw unreachable(host, `sends a ${what} that is not as it should be: ${v.getDotPath(issue)} ${issue.message}`);
}

/** As the URL standard spells it, which is ASCII and holds no control characters. */
function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, username, password, href } = new URL(text);
  // What stands before an @ passes for the name of the host to whoever reads it.
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '' ? href : undefined;
}
