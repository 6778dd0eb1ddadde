import { describe, expect, test, vi } from 'vitest';
import { createDeviceSignIn } from '../../src/adapters/sign-in/dify/device-sign-in.ts';
import {
  bearer,
  codeAnswer,
  type DifyAnswer,
  type DifyScript,
  errorAnswer,
  tokenAnswer,
} from '../support/dify-host.ts';
import { eventually, stopTimers } from '../support/eventually.ts';
import { startMs, startTrial } from './harness.ts';

const pending = errorAnswer('authorization_pending');
const slowDown = errorAnswer('slow_down');
const down: DifyAnswer = { status: 503, body: 'down' };

describe('the token is polled', () => {
  test('at the interval, after an error with status 400 or 200', async () => {
    const token = [pending, errorAnswer('authorization_pending', 200), pending, tokenAnswer()];
    const trial = await startTrial({ code: [codeAnswer({ interval: 7 })], token });
    expect((await trial.signIn()).accessToken).toBe(bearer);
    expect(trial.waits).toEqual([7000, 7000, 7000, 7000]);
  });

  test.each([undefined, null])('every 5 s if the interval is %s', async (interval) => {
    const trial = await startTrial({ code: [codeAnswer({ interval })], token: [pending, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 5000]);
  });

  test('every second if the interval is shorter', async () => {
    const trial = await startTrial({ code: [codeAnswer({ interval: 0 })], token: [pending, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([1000, 1000]);
  });

  test('at an interval that each slow_down makes 5 s longer', async () => {
    const trial = await startTrial({ token: [slowDown, pending, slowDown, pending, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 10_000, 10_000, 15_000, 15_000]);
  });

  test('in real time', async () => {
    const token = [pending, tokenAnswer()];
    const trial = await startTrial({ code: [codeAnswer({ interval: 1 })], token });
    const signIn = createDeviceSignIn({ clock: () => new Date().toISOString() });
    const shown: string[] = [];
    const show = ({ userCode }: { userCode: string }) => void shown.push(userCode);
    const tokens = await signIn.signIn(trial.host.url, { deviceLabel: 'x', show });
    expect(tokens.accessToken).toBe(bearer);
    const [code = 0, first = 0, second = 0] = trial.host.requests.map(({ atMs }) => atMs);
    for (const pause of [first - code, second - first]) {
      expect(pause).toBeGreaterThanOrEqual(990);
    }
    expect(shown).toHaveLength(1);
  });
});

describe('polling ends', () => {
  test('with sign-in-refused after access_denied', async () => {
    const trial = await startTrial({ token: [pending, errorAnswer('access_denied')] });
    await trial.fails('sign-in-refused');
  });

  test('with timed-out after expired_token', async () => {
    const trial = await startTrial({ token: [errorAnswer('expired_token', 200)] });
    await trial.fails('timed-out');
    expect(trial.waits).toEqual([5000]);
  });

  test('with timed-out when the code expires', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 18 })], token: [pending] });
    await trial.fails('timed-out');
    expect(trial.waits).toEqual([5000, 5000, 5000, 3000]);
    expect(trial.host.requests).toHaveLength(4);
  });

  test.each([0, 1, 1000])('without another request if a wait ends %i ms after the code expires', async (lateMs) => {
    const { trial, pass } = await inTimeThatPasses({ code: [codeAnswer({ expires_in: 60, interval: 1 })] });
    pass(60_000 + lateMs);
    await trial.fails('timed-out');
    expect(trial.host.requests).toHaveLength(1);
  });

  test('after the wait for the expiry, even if the timer fires early', async () => {
    const script = { code: [codeAnswer({ expires_in: 10 })], token: [pending] };
    const { trial, pass } = await inTimeThatPasses(script);
    pass(5000, 4999);
    await trial.fails('timed-out');
    expect(trial.host.requests).toHaveLength(2);
  });

  test('even if showing the prompt takes most of the time that the code is valid', async () => {
    let now = startMs;
    const show = () => {
      now += 899_000;
    };
    const trial = await startTrial({ token: [pending] }, { clock: () => new Date(now).toISOString(), show });
    await trial.fails('timed-out');
    expect(trial.waits).toEqual([1000]);
    expect(trial.host.requests).toHaveLength(1);
  });
});

describe('a host that is unavailable while the token is polled', () => {
  test('is retried with longer and longer delays, and at the interval once it is available', async () => {
    const cut: DifyAnswer = { instead: 'cut' };
    const trial = await startTrial({ token: [down, cut, down, down, down, pending, down, tokenAnswer()] });
    expect((await trial.signIn()).accessToken).toBe(bearer);
    expect(trial.waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 5000, 10_000]);
  });

  test('until the code expires ends with sign-in-unreachable and the last failure', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 60 })], token: [pending, down] });
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toContain('503');
    expect(trial.waits).toEqual([5000, 5000, 10_000, 20_000, 20_000]);
  });

  test('and is available again before the code expires ends with timed-out', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 60 })], token: [down, pending] });
    await trial.fails('timed-out');
  });

  test('is retried after a request that reached its limit', async () => {
    stopTimers();
    const token: readonly DifyAnswer[] = [{ instead: 'silent' }, { instead: 'half' }, tokenAnswer()];
    const trial = await startTrial({ token }, { limitMs: 100 });
    const signedIn = trial.signIn();
    for (const received of [2, 3]) {
      await eventually(() => expect(trial.host.requests.length).toBe(received));
      vi.advanceTimersByTime(100);
    }
    expect((await signedIn).accessToken).toBe(bearer);
    expect(trial.waits).toEqual([5000, 10_000, 20_000]);
  });

  test('is retried after the time in Retry-After, in seconds or as a date', async () => {
    const date = new Date(startMs + 5000 + 30_000 + 90_000).toUTCString();
    const token: readonly DifyAnswer[] = [
      { status: 429, headers: { 'retry-after': '30' }, body: 'wait' },
      { status: 503, headers: { 'retry-after': date } },
      { status: 429, headers: { 'retry-after': 'soon' } },
      { status: 429, headers: { 'retry-after': '12' }, body: { error: 'slow_down' } },
      { status: 400, headers: { 'retry-after': '3' }, body: { error: 'authorization_pending' } },
      tokenAnswer(),
    ];
    const trial = await startTrial({ token });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 30_000, 90_000, 40_000, 12_000, 10_000]);
  });

  test.each(['895', '900'])('ends the sign-in if Retry-After is %s, beyond the expiry of the code', async (after) => {
    const trial = await startTrial({ token: [{ status: 429, headers: { 'retry-after': after } }] });
    await trial.fails('sign-in-unreachable');
    expect(trial.waits).toEqual([5000]);
  });

  test.each(['in 12', '12 s', '12345678901', '1e3', 'x Sun, 03 Nov 2030 08:49:37 GMT', '2030-11-03'])(
    'is retried as if the invalid Retry-After %j were missing',
    async (after) => {
      const trial = await startTrial({ token: [{ status: 429, headers: { 'retry-after': after } }, tokenAnswer()] });
      await trial.signIn();
      expect(trial.waits).toEqual([5000, 10_000]);
    },
  );

  test.each([408, 500, 599])('with status %i is retried', async (status) => {
    const trial = await startTrial({ token: [{ status, body: { error: 'access_denied' } }, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 10_000]);
  });

  test('has to answer the last request before the code expires', async () => {
    const after = { expires_in: 60, interval: 1 };
    const { trial, pass } = await inTimeThatPasses({ code: [codeAnswer(after)], token: [{ instead: 'silent' }] });
    pass(59_970, 30);
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toContain('within 0.03 s');
  });
});

describe('a host that is unavailable when a code is requested', () => {
  test('is retried with longer and longer delays', async () => {
    const trial = await startTrial({ code: [down, { instead: 'cut' }, slowDown, codeAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([500, 1000, 2000, 5000]);
  });

  test('four times ends with sign-in-unreachable', async () => {
    const trial = await startTrial({ code: [down] });
    await trial.fails('sign-in-unreachable');
    expect(trial.host.requests).toHaveLength(4);
    expect(trial.prompts).toEqual([]);
  });

  test('because nothing listens on its port ends with sign-in-unreachable', async () => {
    const trial = await startTrial();
    await trial.host.stop();
    await trial.fails('sign-in-unreachable');
    expect(trial.waits).toEqual([500, 1000, 2000]);
  });

  test.each(['30', '600'])('is not retried if Retry-After is %s s', async (s) => {
    const trial = await startTrial({ code: [{ status: 429, headers: { 'retry-after': s } }] });
    const { hint } = await trial.fails('sign-in-unreachable');
    expect(hint).toContain(`${s} s`);
    expect(trial.waits).toEqual([]);
  });

  test('and responds with slow_down four times ends with sign-in-unreachable', async () => {
    const trial = await startTrial({ code: [slowDown] });
    await trial.fails('sign-in-unreachable');
    expect(trial.waits).toEqual([500, 1000, 2000]);
  });

  test('has to answer the last request within half a minute of the first', async () => {
    const { trial, pass } = await inTimeThatPasses({ code: [down, { instead: 'silent' }] });
    pass(29_970);
    const { message } = await trial.fails('sign-in-unreachable');
    expect(message).toContain('within 0.03 s');
  });
});

/** Starts a trial whose waits take as long as `pass` says, whatever was requested. */
async function inTimeThatPasses(script: DifyScript) {
  const durations: number[] = [];
  let now = startMs;
  const wait = async () => {
    now += durations.shift() ?? expect.unreachable('there was an unexpected wait');
  };
  const trial = await startTrial(script, { clock: () => new Date(now).toISOString(), wait });
  return { trial, pass: (...ms: readonly number[]) => void durations.push(...ms) };
}
