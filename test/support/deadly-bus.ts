import { createConnection } from 'node:net';
import { type FakeBus, startFakeBus } from '../faults/fake-bus.ts';
import { methodsIn } from '../secret-service/tap.ts';
import type { SessionBus } from './session-bus.ts';

/** When a program is killed: as it makes the nth call, before anyone receives it, or when the reply arrives. */
export interface Death {
  readonly nth: number;
  readonly when: 'unheard' | 'answered';
}

export interface DeadlyBus extends FakeBus {
  /** The methods of the calls so far. */
  readonly calls: readonly string[];
}

/** Starts a proxy of a real bus that calls `kill` at the given call. */
export async function startDeadlyBus(
  { socket }: SessionBus,
  { nth, when }: Death,
  kill: () => void,
): Promise<DeadlyBus> {
  const calls: string[] = [];
  const bus = await startFakeBus((client) => {
    const upstream = createConnection({ path: socket });
    let received: Buffer = Buffer.alloc(0);
    client.on('data', (bytes) => {
      const [methods, rest] = methodsIn(Buffer.concat([received, bytes]));
      received = rest;
      calls.push(...methods);
      if (calls.length >= nth && when === 'unheard') kill();
      else upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (calls.length >= nth) kill();
      else client.write(bytes);
    });
    upstream.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  return { ...bus, calls };
}
