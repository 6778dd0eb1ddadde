import { describe, expect, test } from 'vitest';
import { createDeviceSignIn } from '../../src/adapters/dify/device-sign-in.ts';
import {
  bearer,
  codeAnswer,
  type DifyAnswer,
  type DifyScript,
  errorAnswer,
  tokenAnswer,
} from '../support/dify-host.ts';
import { startMs, startTrial } from './harness.ts';

const pending = errorAnswer('authorization_pending');
const slowDown = errorAnswer('slow_down');
const down: DifyAnswer = { status: 503, body: 'down' };

describe('the token is asked for', () => {
  test('at the interval, whether the error comes with status 400 or 200', async () => {
    const token = [pending, errorAnswer('authorization_pending', 200), pending, tokenAnswer()];
    const trial = await startTrial({ code: [codeAnswer({ interval: 7 })], token });
    expect((await trial.signIn()).accessToken).toBe(bearer);
    expect(trial.waits).toEqual([7000, 7000, 7000, 7000]);
  });

  test.each([undefined, null])('every 5 s where the interval is %s', async (interval) => {
    const trial = await startTrial({ code: [codeAnswer({ interval })], token: [pending, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 5000]);
  });

  test('once a second where the interval is less', async () => {
    const trial = await startTrial({ code: [codeAnswer({ interval: 0 })], token: [pending, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([1000, 1000]);
  });

  test('5 s later after every slow_down, and from then on', async () => {
    const trial = await startTrial({ token: [slowDown, pending, slowDown, pending, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 10_000, 10_000, 15_000, 15_000]);
  });

  test('in real time, with real waits', async () => {
    const token = [pending, tokenAnswer()];
    const trial = await startTrial({ code: [codeAnswer({ interval: 1 })], token });
    const signIn = createDeviceSignIn({ clock: () => new Date().toISOString() });
    const shown: string[] = [];
    const show = ({ userCode }: { userCode: string }) => void shown.push(userCode);
    const grant = await signIn.signIn(trial.host.url, { deviceLabel: 'x', show });
    expect(grant.accessToken).toBe(bearer);
    const [code = 0, first = 0, second = 0] = trial.host.requests.map(({ atMs }) => atMs);
    for (const pause of [first - code, second - first]) {
      expect(pause).toBeGreaterThanOrEqual(990);
      expect(pause).toBeLessThan(2000);
    }
    expect(shown).toHaveLength(1);
  });
});

describe('the end', () => {
  test('access_denied is sign-in-refused', async () => {
    const trial = await startTrial({ token: [pending, errorAnswer('access_denied')] });
    expect((await trial.fails('sign-in-refused')).message).toBe(`the sign-in was refused at ${trial.host.url}`);
  });

  test('expired_token is timed-out', async () => {
    const trial = await startTrial({ token: [errorAnswer('expired_token', 200)] });
    const { message, hint } = await trial.fails('timed-out');
    expect(message).toBe(`the code was not confirmed at ${trial.host.url} in time`);
    expect(hint).toBe('sign in again');
    expect(trial.waits).toEqual([5000]);
  });

  test('a code that nobody confirms is timed-out when it ends, and not asked about after that', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 18 })], token: [pending] });
    await trial.fails('timed-out');
    expect(trial.waits).toEqual([5000, 5000, 5000, 3000]);
    expect(trial.host.requests).toHaveLength(4);
  });

  test.each([0, 1, 1000])('a wait that ends %i ms late ends the sign-in without another question', async (lateMs) => {
    const { trial, pass } = await inTimeThatPasses({ code: [codeAnswer({ expires_in: 60, interval: 1 })] });
    pass(60_000 + lateMs);
    await trial.fails('timed-out');
    expect(trial.host.requests).toHaveLength(1);
  });

  test('a wait for the rest of the code is its end, even where the timer fires early', async () => {
    const script = { code: [codeAnswer({ expires_in: 10 })], token: [pending] };
    const { trial, pass } = await inTimeThatPasses(script);
    pass(5000, 4999);
    await trial.fails('timed-out');
    expect(trial.host.requests).toHaveLength(2);
  });

  test('a code counts from when it came, however long showing it takes', async () => {
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

describe('a host that does not serve while the token is asked for', () => {
  test('is asked ever later, and at the interval again once it serves', async () => {
    const cut: DifyAnswer = { instead: 'cut' };
    const trial = await startTrial({ token: [down, cut, down, down, down, pending, down, tokenAnswer()] });
    expect((await trial.signIn()).accessToken).toBe(bearer);
    expect(trial.waits).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000, 5000, 10_000]);
  });

  test('until the code ends is sign-in-unreachable, with what it said last', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 60 })], token: [pending, down] });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} answers 503`);
    expect(hint).toBe('sign in again later');
    expect(trial.waits).toEqual([5000, 5000, 10_000, 20_000, 20_000]);
  });

  test('and serves again before the code ends is no reason any more', async () => {
    const trial = await startTrial({ code: [codeAnswer({ expires_in: 60 })], token: [down, pending] });
    await trial.fails('timed-out');
  });

  test('a request that is not answered in time is given up and made again', async () => {
    const trial = await startTrial(
      { token: [{ instead: 'silent' }, { instead: 'half' }, tokenAnswer()] },
      { limitMs: 100 },
    );
    expect((await trial.signIn()).accessToken).toBe(bearer);
    expect(trial.waits).toEqual([5000, 10_000, 20_000]);
  });

  test('429 and 503 are waited out as Retry-After says, in seconds or as a date', async () => {
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

  test.each(['895', '900'])('a Retry-After of %s, to the end of the code, ends the sign-in at once', async (after) => {
    const trial = await startTrial({ token: [{ status: 429, headers: { 'retry-after': after } }] });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} asks to be left alone for longer than its code holds`);
    expect(hint).toBe('sign in again later');
    expect(trial.waits).toEqual([5000]);
  });

  test.each(['in 12', '12 s', '12345678901', '1e3', 'x Sun, 03 Nov 2030 08:49:37 GMT', '2030-11-03'])(
    'a Retry-After of %j is none',
    async (after) => {
      const trial = await startTrial({ token: [{ status: 429, headers: { 'retry-after': after } }, tokenAnswer()] });
      await trial.signIn();
      expect(trial.waits).toEqual([5000, 10_000]);
    },
  );

  test.each([408, 500, 599])('and answers %i is asked again', async (status) => {
    const trial = await startTrial({ token: [{ status, body: { error: 'access_denied' } }, tokenAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([5000, 10_000]);
  });

  test('has for the last question no longer than the code holds', async () => {
    const after = { expires_in: 60, interval: 1 };
    const { trial, pass } = await inTimeThatPasses({ code: [codeAnswer(after)], token: [{ instead: 'silent' }] });
    pass(59_970, 30);
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} did not answer within 1 s`);
    expect(hint).toBe('sign in again later');
  });
});

describe('a host that does not serve when a code is asked for', () => {
  test('is asked again, ever later', async () => {
    const trial = await startTrial({ code: [down, { instead: 'cut' }, slowDown, codeAnswer()] });
    await trial.signIn();
    expect(trial.waits).toEqual([500, 1000, 2000, 5000]);
  });

  test('four times is sign-in-unreachable, naming the host', async () => {
    const trial = await startTrial({ code: [down] });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} answers 503`);
    expect(hint).toBe('try again later');
    expect(trial.host.requests).toHaveLength(4);
    expect(trial.shown).toEqual([]);
  });

  test('a port where nobody listens is said', async () => {
    const trial = await startTrial();
    await trial.host.stop();
    expect((await trial.fails('sign-in-unreachable')).message).toBe(
      `${trial.host.url} cannot be reached (ECONNREFUSED)`,
    );
    expect(trial.waits).toEqual([500, 1000, 2000]);
  });

  test.each(['30', '600'])(
    'a Retry-After of %s s, longer than anybody waits, is said, and not waited for',
    async (s) => {
      const trial = await startTrial({ code: [{ status: 429, headers: { 'retry-after': s } }] });
      const { message, hint } = await trial.fails('sign-in-unreachable');
      expect(message).toBe(`${trial.host.url} answers 429: too many requests`);
      expect(hint).toBe(`try again in ${s} s, as the host asks`);
      expect(trial.waits).toEqual([]);
    },
  );

  test('but says slow_down, four times, is sign-in-unreachable', async () => {
    const trial = await startTrial({ code: [slowDown] });
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} answers slow_down`);
    expect(hint).toBe('try again later');
    expect(trial.waits).toEqual([500, 1000, 2000]);
  });

  test('has for the last request no longer than half a minute leaves', async () => {
    const { trial, pass } = await inTimeThatPasses({ code: [down, { instead: 'silent' }] });
    pass(29_970);
    const { message, hint } = await trial.fails('sign-in-unreachable');
    expect(message).toBe(`${trial.host.url} did not answer within 1 s`);
    expect(hint).toBe('try again later');
  });
});

/** A trial whose waits take as long as `pass` says for each, whatever was asked for. */
async function inTimeThatPasses(script: DifyScript) {
  const durations: number[] = [];
  let now = startMs;
  const wait = async () => {
    now += durations.shift() ?? expect.unreachable('there is nothing to wait for');
  };
  const trial = await startTrial(script, { clock: () => new Date(now).toISOString(), wait });
  return { trial, pass: (...ms: readonly number[]) => void durations.push(...ms) };
}
