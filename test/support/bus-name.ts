import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { getProcessId } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import type { SessionBus } from './session-bus.ts';

/**
 * Resolves when `program` owns `name` on the bus. Rejects if `end` resolves first, because the program has ended.
 * Compares process ids: a bus may take a while to notice that a previous owner has ended.
 */
export async function waitUntilOwned(bus: SessionBus, name: string, program: ChildProcess, end: Promise<void>) {
  const connection = new Connection(bus.socket);
  const ended = end.then(() => Promise.reject(new Error(`${program.spawnfile} ended`)));
  try {
    await Promise.race([waitForOwner(connection, name, program.pid), ended]);
  } finally {
    connection.end();
  }
}

async function waitForOwner(connection: Connection, name: string, pid: number | undefined): Promise<void> {
  for (;;) {
    const owner = await getProcessId(connection, name).catch(() => undefined);
    if (owner === pid || !connection.isOpen) return;
    await wait(5);
  }
}
