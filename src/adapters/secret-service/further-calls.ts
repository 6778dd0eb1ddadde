import { isUtf8 } from 'node:buffer';
import { type Attributes, call, type Peer, service } from './service-calls.ts';
import type { Value } from './wire/value.ts';
import { WireError } from './wire/wire-error.ts';

// What a change, a listing or a question to the user takes. A plain read loads none of it.

/** Gives the prompt to answer, or {@link noObject}. Asks nobody by itself. */
export async function unlock(peer: Peer, paths: readonly string[]): Promise<string> {
  return (await call(peer, service, 'Service', 'Unlock', 'ao', [paths], 'aoo'))[1] as string;
}

/** Gives the item or {@link noObject}, and the prompt. */
export async function createItem(peer: Peer, collection: string, session: string, item: NewItem) {
  const properties = [
    ['org.freedesktop.Secret.Item.Label', ['s', item.label]],
    ['org.freedesktop.Secret.Item.Attributes', ['a{ss}', Object.entries(item.attributes)]],
  ];
  const values = [properties, secretOf(session, item.bytes), item.replaces];
  const reply = await call(peer, collection, 'Collection', 'CreateItem', 'a{sv}(oayays)b', values, 'oo');
  return reply as [item: string, prompt: string];
}

export interface NewItem {
  readonly label: string;
  readonly attributes: Attributes;
  readonly bytes: Uint8Array;
  /** An item with the same attributes is overwritten. */
  readonly replaces: boolean;
}

export async function setSecret(peer: Peer, item: string, session: string, bytes: Uint8Array): Promise<void> {
  await call(peer, item, 'Item', 'SetSecret', '(oayays)', [secretOf(session, bytes)], '');
}

/** Gives the prompt to answer, or {@link noObject}. */
export async function deleteItem(peer: Peer, item: string): Promise<string> {
  return (await call(peer, item, 'Item', 'Delete', '', [], 'o'))[0] as string;
}

export async function prompt(peer: Peer, path: string): Promise<void> {
  await call(peer, path, 'Prompt', 'Prompt', 's', [''], '');
}

export async function attributesOf(peer: Peer, item: string): Promise<Attributes> {
  return Object.fromEntries((await property(peer, item, 'Item', 'Attributes', 'a{ss}')) as [string, string][]);
}

/** Seconds since 1970. */
export async function modifiedOf(peer: Peer, item: string): Promise<number> {
  return Number(await property(peer, item, 'Item', 'Modified', 't'));
}

export async function itemsOf(peer: Peer, collection: string): Promise<string[]> {
  return (await property(peer, collection, 'Collection', 'Items', 'ao')) as string[];
}

export async function isItemLocked(peer: Peer, item: string): Promise<boolean> {
  return (await property(peer, item, 'Item', 'Locked', 'b')) as boolean;
}

export async function labelOf(peer: Peer, collection: string): Promise<string> {
  return (await property(peer, collection, 'Collection', 'Label', 's')) as string;
}

export async function isCollectionLocked(peer: Peer, collection: string): Promise<boolean> {
  return (await property(peer, collection, 'Collection', 'Locked', 'b')) as boolean;
}

async function property(peer: Peer, path: string, of: string, name: string, type: string): Promise<Value> {
  const to = { destination: peer.owner, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get' };
  const values = [`org.freedesktop.Secret.${of}`, name];
  const [variant] = await peer.bus.call({ to, signature: 'ss', values, gives: 'v' });
  const [given, value] = variant as [string, Value];
  if (given !== type) throw new WireError(`${name} is of type "${given}"`);
  return value;
}

/** Secret Service API, "Secret": session, parameters, value, content type. */
function secretOf(session: string, bytes: Uint8Array): Value {
  return [session, new Uint8Array(), bytes, isPlainText(bytes) ? 'text/plain' : 'application/octet-stream'];
}

/**
 * Providers may change what they are told is text. KWallet's ends at a NUL and loses a leading byte order mark;
 * KeePassXC fills in placeholders such as `{TITLE}`.
 */
function isPlainText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !/^\uFEFF|\0|\{[A-Z]/i.test(Buffer.from(bytes).toString());
}
