import { parseJson } from '../../domain/text/json.ts';
import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { type ConnectionFault, connectionFault } from './connection-fault.ts';
import { retryAfterMs } from './retry-after.ts';

/** Largest answer that is read, in bytes. */
const maxAnswerBytes = 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** What the JSON of the answer says; `undefined` where it is none. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

export type Posted = ({ readonly kind: 'answer' } & Answer) | ({ readonly kind: 'no-answer' } & ConnectionFault);

export interface PostOptions {
  readonly fetch: typeof fetch;
  readonly nowMs: () => number;
  /** For the whole of it, reading the answer included. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** What is sent: nothing of `device_code` gets into what comes back of a failure. */
export type Sent = Readonly<Record<string, string>>;

/** Posts JSON. Rejects only with `cancelled`, and leaves nothing running however it ends. */
export async function post(url: string, sent: Sent, options: PostOptions): Promise<Posted> {
  const { limitMs, signal } = options;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), limitMs);
  const ending = AbortSignal.any([signal, limit.signal]);
  try {
    return await rejectOnAbort(exchange(url, sent, options, ending), { signal: ending });
  } catch (error) {
    throwIfAborted({ signal });
    if (limit.signal.aborted) return noAnswer(`did not answer within ${Math.ceil(limitMs / 1000)} s`, false);
    return { kind: 'no-answer', ...connectionFault(error, sent.device_code) };
  } finally {
    clearTimeout(timer);
    limit.abort();
  }
}

async function exchange(url: string, sent: Sent, options: PostOptions, signal: AbortSignal): Promise<Posted> {
  const response = await options.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(sent),
    redirect: 'manual',
    signal,
  });
  const { status, headers } = response;
  if (status >= 300 && status < 400) return redirected(url, headers.get('location'), sent);
  const text = await readText(response);
  if (text === undefined) return noAnswer('answers with more than 1 MiB', true);
  return {
    // Stryker disable next-line StringLiteral: callers compare only with the other kind
    kind: 'answer',
    status,
    body: parseJson(text),
    retryAfterMs: retryAfterMs(headers.get('retry-after'), options.nowMs()),
  };
}

function noAnswer(why: string, lasting: boolean): Posted {
  return { kind: 'no-answer', why, lasting };
}

/** A POST that is sent on elsewhere could hand the device code to anybody (RFC 9110 §15.4). */
function redirected(url: string, location: string | null, { device_code: secret }: Sent): Posted {
  const why = 'redirects to another address, which a sign-in does not follow';
  const target = location !== null && URL.canParse(location, url) ? new URL(location, url) : undefined;
  // Only where no secret was sent yet can none be in the name of the host.
  if (target === undefined || target.host === '' || secret !== undefined) return noAnswer(why, true);
  return { kind: 'no-answer', why, hint: `where that is right, sign in at ${target.origin}`, lasting: true };
}

/** `undefined` beyond {@link maxAnswerBytes}, counted after decompression. */
async function readText({ body }: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
