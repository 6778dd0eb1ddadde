import { busName, busObject } from './auth.ts';
import type { Connection } from './connection.ts';
import type { Value } from './value.ts';

// The casts are sound: a reply of another signature never resolves.

/** The unique name of the connection that owns `name`. D-Bus specification, "Message Bus Messages", as all below. */
export async function getNameOwner(bus: Connection, name: string): Promise<string> {
  return (await busCall(bus, 'GetNameOwner', 's', [name], 's'))[0] as string;
}

export async function getProcessId(bus: Connection, name: string): Promise<number> {
  return (await busCall(bus, 'GetConnectionUnixProcessID', 's', [name], 'u'))[0] as number;
}

export async function listNames(bus: Connection): Promise<string[]> {
  return (await busCall(bus, 'ListNames', '', [], 'as'))[0] as string[];
}

/** The names whose owner the bus can start. */
export async function listStartableNames(bus: Connection): Promise<string[]> {
  return (await busCall(bus, 'ListActivatableNames', '', [], 'as'))[0] as string[];
}

/** Starts the owner of `name`, and resolves when it has taken it. */
export async function startService(bus: Connection, name: string): Promise<void> {
  await busCall(bus, 'StartServiceByName', 'su', [name, 0], 'u');
}

/** Asks for the signals that a match rule describes. */
export async function addMatch(bus: Connection, rule: string): Promise<void> {
  await busCall(bus, 'AddMatch', 's', [rule], '');
}

/** Takes one of them back: a bus limits how many one client may have, to 512 where nothing else is configured. */
export async function removeMatch(bus: Connection, rule: string): Promise<void> {
  await busCall(bus, 'RemoveMatch', 's', [rule], '');
}

/** Becomes the owner of `name`, after all who asked for it before. */
export async function requestName(bus: Connection, name: string): Promise<void> {
  const acquired = bus.signal(({ fields, body }) => {
    const isMine = fields.member === 'NameAcquired' && fields.sender === busName && body('s')[0] === name;
    return isMine || undefined;
  });
  await Promise.all([acquired, busCall(bus, 'RequestName', 'su', [name, 0], 'u')]);
}

export async function releaseName(bus: Connection, name: string): Promise<void> {
  await busCall(bus, 'ReleaseName', 's', [name], 'u');
}

function busCall(bus: Connection, member: string, signature: string, values: Value[], gives: string) {
  return bus.call({ to: { ...busObject, member }, signature, values, gives });
}
