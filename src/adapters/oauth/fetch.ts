import type { CustomFetch } from 'openid-client';
import type { Call } from './call.ts';
import { noAnswer, noAnswerInTime, not } from './faults.ts';
import { isGuarded } from './settings.ts';

/** Largest answer that is read, in bytes. Metadata, keys and tokens are a few KiB. */
const maxAnswerBytes = 1024 * 1024;

/** `fetch` within the limits of the call: time, size, and nothing in the clear to another machine. */
export function boundedFetch(call: Call): CustomFetch {
  return async (address, { signal: _, ...options }) => {
    const url = new URL(address);
    const { origin } = url;
    if (!isGuarded(url)) throw not(call, `it refers to ${origin}, where tokens would go in the clear`);
    const answer = await inTime(call, origin, async (signal) => {
      const response = await fetch(url, { ...options, signal } as RequestInit);
      return { response, body: await read(response) };
    });
    if (answer.body === undefined) throw not(call, `its answer is larger than ${maxAnswerBytes / 1024} KiB`);
    const { status, headers } = answer.response;
    return new Response(answer.body.length === 0 ? null : answer.body, { status, headers });
  };
}

/** A timer of its own, since one of `AbortSignal.timeout` runs on when the answer is there. */
async function inTime<T>(call: Call, origin: string, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), call.limitMs);
  try {
    return await request(AbortSignal.any([limit.signal, ...(call.signal ? [call.signal] : [])]));
  } catch (error) {
    throw limit.signal.aborted ? noAnswerInTime(call) : noAnswer(error, origin, call);
  } finally {
    clearTimeout(timer);
  }
}

/** `undefined`: there is more than anybody should read. */
async function read(response: Response): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
