import { createConnection } from 'node:net';
import { fixedHeaderBytes, readExtent } from '../../src/adapters/secret-service/dbus/header.ts';
import { decode } from '../faults/dbus-codec.ts';
import { type FakeBus, startFakeBus } from '../faults/fake-bus.ts';
import type { SessionBus } from '../support/session-bus.ts';

/** A proxy between a client and the real bus that records the messages. */
export interface Tap extends FakeBus {
  /** The methods called, in the order of their going out; a new list after each time that something came back. */
  readonly turns: string[][];
}

export async function startTap({ socket }: SessionBus): Promise<Tap> {
  const turns: string[][] = [];
  const bus = await startFakeBus((client) => {
    const upstream = createConnection({ path: socket });
    let heard = true;
    let said: Buffer = Buffer.alloc(0);
    client.on('data', (bytes) => {
      upstream.write(bytes);
      const [methods, rest] = methodsIn(Buffer.concat([said, bytes]));
      said = rest;
      if (heard) turns.push([]);
      heard = false;
      turns.at(-1)?.push(...methods);
    });
    upstream.on('data', (bytes) => {
      heard = true;
      client.write(bytes);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  return { ...bus, turns };
}

/** Returns the methods of all complete messages, and the remaining bytes. The authentication before them ends with BEGIN. */
export function methodsIn(bytes: Buffer): [methods: string[], rest: Buffer] {
  const begin = bytes.indexOf('BEGIN\r\n');
  let rest = begin < 0 ? bytes : bytes.subarray(begin + 'BEGIN\r\n'.length);
  const methods: string[] = [];
  while (rest.length >= fixedHeaderBytes && rest.length >= readExtent(rest).end) {
    methods.push(decode(rest).fields.member ?? '');
    rest = rest.subarray(readExtent(rest).end);
  }
  return [methods, rest];
}
