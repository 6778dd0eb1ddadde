import { rejectOnAbort, throwIfAborted } from '../files/abort.ts';
import { judge, type Verdict } from './judge.ts';
import { type PostOptions, post, type Sent } from './post.ts';

/** One sign-in at one host: whom it talks to, and the time it has. */
export interface Conversation {
  /** As `difyHost` spells it. */
  readonly host: string;
  nowMs(): number;
  /** Posts to an endpoint of the device flow and judges the answer, within `leftMs` and the limit of one request. */
  post(endpoint: 'code' | 'token', sent: Sent, leftMs: number): Promise<Verdict>;
  /** Rejects with `cancelled` at once when the sign-in is called off. */
  wait(ms: number): Promise<void>;
}

export interface ConversationOptions extends PostOptions {
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What Dify knows this program by. */
const clientId = 'difyctl';

export function converse(host: string, options: ConversationOptions): Conversation {
  const { nowMs, signal, limitMs } = options;
  return {
    host,
    nowMs,
    async post(endpoint, sent, leftMs) {
      const url = `${host}/openapi/v1/oauth/device/${endpoint}`;
      const limited = { ...options, limitMs: Math.min(limitMs, leftMs) };
      return judge(host, await post(url, { client_id: clientId, ...sent }, limited), sent.device_code);
    },
    async wait(ms) {
      try {
        await rejectOnAbort(options.wait(ms, signal), { signal });
      } catch (error) {
        throwIfAborted({ signal });
        throw error;
      }
    },
  };
}
