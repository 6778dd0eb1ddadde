import { isObject } from '../../domain/text/json.ts';
import { quotable } from './plain.ts';
import type { Answer, Posted } from './post.ts';
import { noDeviceSignIn, unreachable } from './to-error.ts';

/** The errors of RFC 8628 §3.5 that a sign-in knows what to do about. */
export type DeviceError = (typeof deviceErrors)[number];

const deviceErrors = ['authorization_pending', 'slow_down', 'expired_token', 'access_denied'] as const;

export type Verdict =
  | { readonly kind: 'fields'; readonly fields: Fields }
  | { readonly kind: 'error'; readonly error: DeviceError; readonly retryAfterMs: number | undefined }
  /** May go better later. `why` continues the name of the host. */
  | { readonly kind: 'again'; readonly why: string; readonly retryAfterMs: number | undefined };

export type Fields = Readonly<Record<string, unknown>>;

/**
 * What an answer means. Dify sends its errors with status 400 or 200, so the body counts before the status; a status
 * that says that the host could not work, 5xx, counts before the body. Throws what ends the sign-in.
 *
 * @param secret what no message may repeat
 */
export function judge(host: string, posted: Posted, secret: string | undefined): Verdict {
  if (posted.kind === 'no-answer') {
    if (posted.lasting) throw unreachable(host, posted.why, posted.hint);
    return { kind: 'again', why: posted.why, retryAfterMs: undefined };
  }
  const { status, body, retryAfterMs } = posted;
  if (status >= 500 || status === 408) return { kind: 'again', why: `answers ${status}`, retryAfterMs };
  const fields = isObject(body) ? body : undefined;
  const error = deviceErrors.find((known) => known === fields?.error);
  if (error !== undefined) return { kind: 'error', error, retryAfterMs };
  if (status === 429) return { kind: 'again', why: 'answers 429: too many requests', retryAfterMs };
  // A host that serves other things answers 405 where it has pages and takes no POST.
  if (status === 404 || status === 405) throw noDeviceSignIn(host);
  if (fields === undefined) throw unreachable(host, `answers ${status} with something that is no JSON object`);
  if (status >= 400 || fields.error) throw unreachable(host, refusal(posted, fields, secret));
  return { kind: 'fields', fields };
}

function refusal({ status }: Answer, { error, code }: Fields, secret: string | undefined): string {
  const told = quotable(error, secret) ?? quotable(code, secret);
  return `answers ${status} with ${told === undefined ? 'an error that has no name' : `the error ${JSON.stringify(told)}`}`;
}
