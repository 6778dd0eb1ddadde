import type { Connection } from './connection.ts';
import { busObject, type Call } from './header.ts';
import type { Reader } from './reader.ts';

// The methods of the bus itself. D-Bus specification, "Message Bus Messages".

/** Returns the unique name of the connection that owns `name`. */
export function getNameOwner(bus: Connection, name: string): Promise<string> {
  return bus.call(callWithText('GetNameOwner', name, 's', (reply) => reply.readString()));
}

export function getProcessId(bus: Connection, name: string): Promise<number> {
  return bus.call(callWithText('GetConnectionUnixProcessID', name, 'u', (reply) => reply.readUint32()));
}

export function listNames(bus: Connection): Promise<string[]> {
  return bus.call({ ...busObject, member: 'ListNames', replySignature: 'as', read: (reply) => reply.readStrings() });
}

/** Returns the names whose owner the bus can start. */
export function listStartableNames(bus: Connection): Promise<string[]> {
  const read = (reply: Reader) => reply.readStrings();
  return bus.call({ ...busObject, member: 'ListActivatableNames', replySignature: 'as', read });
}

/** Starts the owner of `name`. Resolves when it owns the name. */
export async function startService(bus: Connection, name: string): Promise<void> {
  await bus.call(callWithNameAndFlags('StartServiceByName', name));
}

/** Subscribes to the signals that a match rule describes. */
export function addMatch(bus: Connection, rule: string): Promise<void> {
  return bus.call(callWithText('AddMatch', rule, '', () => undefined));
}

/** Cancels a subscription. A bus limits the rules of one client, by default to 512. */
export function removeMatch(bus: Connection, rule: string): Promise<void> {
  return bus.call(callWithText('RemoveMatch', rule, '', () => undefined));
}

/** Resolves when this client owns `name`, after everyone who requested it before. A new owner is progress. */
export async function requestName(bus: Connection, name: string): Promise<void> {
  const rule = `type='signal',sender='${busObject.destination}',member='NameOwnerChanged',arg0='${name}'`;
  const acquired = bus.waitForSignal(({ member, sender, body }) => {
    if (member === 'NameOwnerChanged' && sender === busObject.destination) bus.onProgress?.();
    const isMine = member === 'NameAcquired' && sender === busObject.destination && body('s').readString() === name;
    return isMine || undefined;
  });
  await Promise.all([acquired, addMatch(bus, rule), bus.call(callWithNameAndFlags('RequestName', name))]);
  await removeMatch(bus, rule);
}

export async function releaseName(bus: Connection, name: string): Promise<void> {
  await bus.call(callWithText('ReleaseName', name, 'u', (reply) => reply.readUint32()));
}

function callWithText<T>(member: string, text: string, replySignature: string, read: (reply: Reader) => T): Call<T> {
  return { ...busObject, member, signature: 's', write: (body) => body.writeString(text), replySignature, read };
}

function callWithNameAndFlags(member: string, name: string): Call<number> {
  return {
    ...busObject,
    member,
    signature: 'su',
    write(body) {
      body.writeString(name);
      body.writeUint32(0);
    },
    replySignature: 'u',
    read: (reply) => reply.readUint32(),
  };
}
