import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listNames } from '../../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../../src/adapters/secret-service/dbus/connection.ts';
import { BusError, ProtocolError } from '../../../src/adapters/secret-service/dbus/reader.ts';
import type { FuzzTarget } from '../target.ts';

/** Everything that a bus sends, from its response to the authentication on, until it hangs up. */
export const busStream: FuzzTarget = createBusStream();

function createBusStream(): FuzzTarget {
  let listening: Promise<Listening> | undefined;
  return {
    name: 'bus-stream',
    async check(input) {
      listening ??= listen();
      const bus = await listening;
      bus.response = input;
      const connection = new Connection(join(bus.folder, 'bus'));
      try {
        await listNames(connection);
      } catch (error) {
        if (!isDeclared(error)) throw error;
      } finally {
        connection.end();
      }
    },
    async close() {
      const bus = await listening;
      bus?.server.close();
      if (bus) rmSync(bus.folder, { recursive: true, force: true });
      listening = undefined;
    },
  };
}

/** The socket's own errors have a `syscall`. */
function isDeclared(error: unknown): boolean {
  return error instanceof BusError || error instanceof ProtocolError || (error instanceof Error && 'syscall' in error);
}

interface Listening {
  readonly server: Server;
  readonly folder: string;
  /** What the next client receives. */
  response: Buffer;
}

async function listen(): Promise<Listening> {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-fuzz-'));
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.resume();
    client.end(bus.response);
  });
  const bus: Listening = { server, folder, response: Buffer.alloc(0) };
  await new Promise<void>((resolve) => server.listen(join(folder, 'bus'), resolve));
  return bus;
}
