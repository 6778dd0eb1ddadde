import { setTimeout as wait } from 'node:timers/promises';
import { ownerOf } from '../../src/adapters/secret-service/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/wire/connection.ts';
import type { SessionBus } from './session-bus.ts';

/** Resolves when somebody owns `name` on the bus. Rejects when `end`, that of the program that is to own it, comes first. */
export async function untilOwned(bus: SessionBus, name: string, program: string, end: Promise<void>): Promise<void> {
  const connection = new Connection(bus.socket);
  try {
    await Promise.race([ask(connection, name), end.then(() => Promise.reject(new Error(`${program} ended`)))]);
  } finally {
    connection.end();
  }
}

async function ask(connection: Connection, name: string): Promise<void> {
  for (;;) {
    const owner = await ownerOf(connection, name).catch(() => undefined);
    if (owner !== undefined || !connection.isOpen) return;
    await wait(5);
  }
}
