import { isUtf8 } from 'node:buffer';
import type { Call, Connection } from './dbus/connection.ts';
import { ProtocolError } from './dbus/errors.ts';
import type { Value } from './dbus/value.ts';

/** Whom the calls go to. `owner`: a provider's unique name, so that they neither reach a successor nor start one. */
export interface Peer {
  readonly bus: Connection;
  readonly owner: string;
}

export type Attributes = Readonly<Record<string, string>>;

/** What an object path says where there is none: no such collection, no prompt to answer. */
export const noObject = '/';

export const service = '/org/freedesktop/secrets';

// Secret Service API, "D-Bus API Reference". The casts are sound: a reply of another signature never resolves.

/** Gives the session's path. "plain": secrets travel as they are, the bus being the user's own. */
export async function openSession(peer: Peer): Promise<string> {
  const values = await call(peer, service, 'Service', 'OpenSession', 'sv', ['plain', ['s', '']], 'vo');
  return values[1] as string;
}

/** The collection that the alias `default` names, or {@link noObject}; and who says so. */
export async function askDefaultAlias(peer: Peer): Promise<{ readonly alias: string; readonly sender: string }> {
  const to = target(peer, service, 'Service', 'ReadAlias');
  const { values, sender } = await peer.bus.ask({ to, signature: 's', values: ['default'], gives: 'o' });
  return { alias: values[0] as string, sender };
}

export async function readDefaultAlias(peer: Peer): Promise<string> {
  return (await askDefaultAlias(peer)).alias;
}

/** The items whose attributes include `attributes`; none of those given: all. */
export async function searchItems(peer: Peer, attributes: Attributes): Promise<[unlocked: string[], locked: string[]]> {
  const values = await call(peer, service, 'Service', 'SearchItems', 'a{ss}', [Object.entries(attributes)], 'aoao');
  return values as [string[], string[]];
}

export async function getSecret(peer: Peer, item: string, session: string): Promise<Uint8Array> {
  const [secret] = await call(peer, item, 'Item', 'GetSecret', 'o', [session], '(oayays)');
  return (secret as [string, Uint8Array, Uint8Array, string])[2];
}

export function call(
  peer: Peer,
  path: string,
  of: string,
  member: string,
  signature: string,
  values: Value[],
  gives: string,
) {
  return peer.bus.call({ to: target(peer, path, of, member), signature, values, gives });
}

/** `of`: the interface that the method belongs to, such as `Item`. */
export function target(peer: Peer, path: string, of: string, member: string): Call['to'] {
  return { destination: peer.owner, path, interface: `org.freedesktop.Secret.${of}`, member };
}

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
  const values = [properties, toSecretStruct(session, item.bytes), item.replaces];
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
  await call(peer, item, 'Item', 'SetSecret', '(oayays)', [toSecretStruct(session, bytes)], '');
}

/** Gives the prompt to answer, or {@link noObject}. */
export async function deleteItem(peer: Peer, item: string): Promise<string> {
  return (await call(peer, item, 'Item', 'Delete', '', [], 'o'))[0] as string;
}

export async function showPrompt(peer: Peer, path: string): Promise<void> {
  await call(peer, path, 'Prompt', 'Prompt', 's', [''], '');
}

export async function readAttributes(peer: Peer, item: string): Promise<Attributes> {
  return Object.fromEntries((await readProperty(peer, item, 'Item', 'Attributes', 'a{ss}')) as [string, string][]);
}

/** Seconds since 1970. */
export async function readModified(peer: Peer, item: string): Promise<number> {
  return Number(await readProperty(peer, item, 'Item', 'Modified', 't'));
}

export async function readItems(peer: Peer, collection: string): Promise<string[]> {
  return (await readProperty(peer, collection, 'Collection', 'Items', 'ao')) as string[];
}

export async function isItemLocked(peer: Peer, item: string): Promise<boolean> {
  return (await readProperty(peer, item, 'Item', 'Locked', 'b')) as boolean;
}

export async function readLabel(peer: Peer, collection: string): Promise<string> {
  return (await readProperty(peer, collection, 'Collection', 'Label', 's')) as string;
}

export async function isCollectionLocked(peer: Peer, collection: string): Promise<boolean> {
  return (await readProperty(peer, collection, 'Collection', 'Locked', 'b')) as boolean;
}

async function readProperty(peer: Peer, path: string, of: string, name: string, type: string): Promise<Value> {
  const to = { destination: peer.owner, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get' };
  const values = [`org.freedesktop.Secret.${of}`, name];
  const [variant] = await peer.bus.call({ to, signature: 'ss', values, gives: 'v' });
  const [given, value] = variant as [string, Value];
  if (given !== type) throw new ProtocolError(`${name} is of type "${given}"`);
  return value;
}

/** Secret Service API, "Secret": session, parameters, value, content type. */
function toSecretStruct(session: string, bytes: Uint8Array): Value {
  return [session, new Uint8Array(), bytes, isPlainText(bytes) ? 'text/plain' : 'application/octet-stream'];
}

/**
 * Providers may change what they are told is text. KWallet's ends at a NUL and loses a leading byte order mark;
 * KeePassXC fills in placeholders such as `{TITLE}`.
 */
function isPlainText(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !/^\uFEFF|\0|\{[A-Z]/i.test(Buffer.from(bytes).toString());
}

/** The name that a provider of the Secret Service owns on the bus. */
export const serviceName = 'org.freedesktop.secrets';
