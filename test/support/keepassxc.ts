import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  isCollectionLocked,
  noObject,
  type Peer,
  readDefaultAlias,
  serviceName,
} from '../../src/adapters/secret-service/calls.ts';
import { getNameOwner } from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import { isItemGone } from '../../src/adapters/secret-service/to-error.ts';
import { missingGraphical, type ProviderProcess, startProvider } from './provider-process.ts';
import { missingProgram, missingSessionBus, type SessionBus, startSessionBus, waitForExit } from './session-bus.ts';
import { readSituationFile, situationPath } from './situation-file.ts';

/** `confirming`: open, and asks before each access to an entry, as by default. */
export type DatabaseState = 'open' | 'locked' | 'confirming';

/** A KeePassXC for one test, on its own session bus, with a database whose root group is exposed. */
export interface KeePassXC {
  readonly bus: SessionBus;
  /** The complete environment of a program that uses it. */
  readonly environment: SessionBus['environment'];
  /** Ends the program, which then saves, and starts it again with the same files. */
  restart(state: DatabaseState): Promise<void>;
  /** Ends the program and its bus, and removes their files. */
  stop(): Promise<void>;
}

/** Returns why KeePassXC can't run here. */
export function missing(): string | undefined {
  return missingSessionBus() ?? missingProgram('keepassxc-cli') ?? missingGraphical('keepassxc');
}

export async function startKeePassXC(state: DatabaseState): Promise<KeePassXC> {
  const bus = await startSessionBus();
  const password = randomBytes(16).toString('hex');
  await createDatabase(bus, password);
  let program = await startProgram(bus, state, password);
  return {
    bus,
    environment: bus.environment,
    async restart(next) {
      await program.end('SIGTERM');
      program = await startProgram(bus, next, password);
    },
    async stop() {
      await program.end('SIGKILL');
      await bus.stop();
    },
  };
}

async function startProgram(bus: SessionBus, state: DatabaseState, password: string): Promise<ProviderProcess> {
  const folder = join(bus.environment.XDG_CONFIG_HOME ?? '', 'keepassxc');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'keepassxc.ini'), formatSettings(state));
  const opening = state === 'locked' ? [] : ['--pw-stdin'];
  const program = await startProvider(bus, serviceName, ['keepassxc', ...opening, databasePath(bus)], `${password}\n`);
  await waitForDatabase(bus, state === 'locked');
  return program;
}

/**
 * Waits until the database is there, and locked or open as it should be. The program takes its name on the bus before it
 * builds its windows, and handles no call until they are done: seconds on a busy machine. It answers before a database
 * with a password on stdin is open.
 */
async function waitForDatabase({ socket }: SessionBus, isLocked: boolean): Promise<void> {
  const connection = new Connection(socket);
  try {
    const peer = { bus: connection, owner: await getNameOwner(connection, serviceName) };
    while ((await readDatabaseLock(peer)) !== isLocked) await wait(10);
  } finally {
    connection.end();
  }
}

/** Returns whether the database is locked, or nothing if it isn't there yet. */
async function readDatabaseLock(peer: Peer): Promise<boolean | undefined> {
  try {
    const collection = await readDefaultAlias(peer);
    return collection === noObject ? undefined : await isCollectionLocked(peer, collection);
  } catch (error) {
    // The program registers its objects after its name. While the database is loading, its collection may disappear again.
    if (isItemGone(error)) return undefined;
    throw error;
  }
}

/** Makes KeePassXC save only when it ends: at least version 2.7.4 crashes if a change happens during a save. */
const formatSettings = (state: DatabaseState) =>
  readSituationFile('keepassxc.ini')
    .replace('SAVES_EACH_CHANGE', 'false')
    .replaceAll('CONFIRMS', String(state === 'confirming'));

function databasePath({ environment }: SessionBus): string {
  return join(environment.HOME ?? '', 'database.kdbx');
}

async function createDatabase(bus: SessionBus, password: string): Promise<void> {
  const source = situationPath('keepassxc-database.xml');
  const command = ['import', '--quiet', '--set-password', '--decryption-time', '100', source, databasePath(bus)];
  const child = spawn('keepassxc-cli', command, { env: bus.environment, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(`${password}\n${password}\n`);
  await waitForExit(child);
  if (child.exitCode !== 0) throw new Error('keepassxc-cli created no database');
}
