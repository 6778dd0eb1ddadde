import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A server at the address of the session bus that is not a bus. */
export interface FakeBus {
  readonly environment: { readonly DBUS_SESSION_BUS_ADDRESS: string };
  readonly socket: string;
  /** Returns the number of open connections. */
  connections(): number;
  stop(): Promise<void>;
}

/** Starts a server that calls `greet` with each connection. */
export async function startFakeBus(greet: (client: Socket) => void): Promise<FakeBus> {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-fake-'));
  const socket = join(folder, 'bus');
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined);
    client.on('close', () => clients.delete(client));
    client.resume();
    greet(client);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    environment: { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` },
    socket,
    connections: () => clients.size,
    async stop() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
