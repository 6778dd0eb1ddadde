import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SilenceTimer } from '../../src/adapters/keyrings/silence-timer.ts';
import { eventually, stopTimers } from '../support/eventually.ts';

const limitMs = 1000;

/** Starts a timer whose clock stands still until {@link advance}. */
function startTimer() {
  stopTimers();
  const events: string[] = [];
  const handlers = { onHalf: () => events.push('half'), onLimit: () => events.push('limit') };
  const timer = new SilenceTimer(limitMs, handlers);
  onTestFinished(() => timer.pause());
  return { timer, events };
}

/** Advances the timers, and then lets everything happen that waits. */
async function advance(ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += limitMs / 20) {
    vi.advanceTimersByTime(limitMs / 20);
    await new Promise(setImmediate);
  }
}

test('reports half of the limit and the limit, once', async () => {
  const { timer, events } = startTimer();
  await advance(limitMs * 0.45);
  expect(events).toEqual([]);
  await advance(limitMs * 0.05);
  expect(events).toEqual(['half']);
  await advance(limitMs * 0.45);
  expect([events, timer.isStopped]).toEqual([['half'], false]);
  await advance(limitMs * 0.05);
  expect([events, timer.isStopped]).toEqual([['half', 'limit'], true]);
  await advance(limitMs * 3);
  expect(events).toEqual(['half', 'limit']);
});

test('starts again at each progress, also after the limit has passed', async () => {
  const { timer, events } = startTimer();
  for (let count = 0; count < 5; count += 1) {
    await advance(limitMs * 0.95);
    timer.restart();
  }
  expect(events.filter((event) => event === 'limit')).toEqual([]);
  await advance(limitMs);
  timer.restart();
  expect(timer.isStopped).toBe(false);
  await advance(limitMs * 0.95);
  expect(events.filter((event) => event === 'limit')).toHaveLength(1);
  await advance(limitMs * 0.05);
  expect(events.filter((event) => event === 'limit')).toHaveLength(2);
});

test('counts no time while it is paused', async () => {
  const { timer, events } = startTimer();
  await advance(limitMs * 0.45);
  timer.pause();
  await advance(limitMs * 3);
  timer.resume();
  await advance(limitMs * 0.5);
  expect(events).toEqual(['half']);
  await advance(limitMs * 0.05);
  expect(events).toEqual(['half', 'limit']);
});

test('is stopped by a pause between the last tick and the limit', async () => {
  const { timer, events } = startTimer();
  vi.advanceTimersByTime(limitMs);
  timer.pause();
  await new Promise(setImmediate);
  expect([events, timer.isStopped]).toEqual([['half'], false]);
});

test('ends after 120 limits, however much progress there is', async () => {
  const { timer, events } = startTimer();
  const half = async () => {
    await advance(limitMs * 0.5);
    timer.restart();
  };
  for (let count = 0; count < 239; count += 1) await half();
  expect([events.includes('limit'), timer.isExhausted]).toEqual([false, false]);
  await advance(limitMs * 0.5);
  expect([events.filter((event) => event === 'limit').length, timer.isExhausted]).toEqual([1, true]);
});

test('a reply that has arrived when the limit passes is handled first, and counts as progress', async () => {
  const peers: Socket[] = [];
  const server = createServer((peer) => peers.push(peer)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = createConnection((server.address() as { port: number }).port, '127.0.0.1');
  await eventually(() => expect(peers).toHaveLength(1));
  onTestFinished(() => {
    socket.destroy();
    peers[0]?.destroy();
    server.close();
  });
  const { timer, events } = startTimer();
  socket.on('data', () => timer.restart());
  await new Promise(setImmediate);
  peers[0]?.write('an answer');
  vi.advanceTimersByTime(limitMs);
  await once(socket, 'data');
  await new Promise(setImmediate);
  expect(events).toEqual(['half']);
});

test('a process that was suspended has lost one tick', async () => {
  const events: string[] = [];
  const timer = new SilenceTimer(20_000, { onLimit: () => events.push('limit') });
  onTestFinished(() => timer.pause());
  // As long as this blocks the event loop, a process that is suspended can't tell the difference.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect([events, timer.isStopped]).toEqual([[], false]);
});
