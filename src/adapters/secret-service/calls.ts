import type { Connection } from './dbus/connection.ts';
import type { MethodName } from './dbus/header.ts';
import type { Reader } from './dbus/reader.ts';
import { ProtocolError } from './dbus/reader.ts';
import type { Writer } from './dbus/writer.ts';

// The methods of the Secret Service that a read needs. Secret Service API, "D-Bus API Reference".

/** The name that a provider of the Secret Service owns on the bus. */
export const serviceName = 'org.freedesktop.secrets';

/** The recipient of calls. `owner` is a provider's unique name, so that no call reaches its successor or starts one. */
export interface Peer {
  readonly bus: Connection;
  readonly owner: string;
}

export type Attributes = Readonly<Record<string, string>>;

/** An object path that stands for no object: no such collection, no prompt required. */
export const noObject = '/';

const servicePath = '/org/freedesktop/secrets';

/** Returns the path of a new session. Its algorithm is `plain`, because the bus belongs to the user. */
export function openSession(peer: Peer): Promise<string> {
  return peer.bus.call({
    ...method(peer, servicePath, 'Service', 'OpenSession'),
    signature: 'sv',
    write(body) {
      body.writeString('plain');
      body.writeSignature('s');
      body.writeString('');
    },
    replySignature: 'vo',
    read(reply) {
      reply.readVariant();
      return reply.readString();
    },
  });
}

/** Returns the collection with the alias `default`, or {@link noObject}, and the unique name of the provider. */
export function askDefaultAlias(peer: Peer): Promise<{ readonly alias: string; readonly sender: string }> {
  return peer.bus.call({
    ...method(peer, servicePath, 'Service', 'ReadAlias'),
    signature: 's',
    write: (body) => body.writeString('default'),
    replySignature: 'o',
    read: (reply, sender) => ({ alias: reply.readString(), sender }),
  });
}

export async function readDefaultAlias(peer: Peer): Promise<string> {
  return (await askDefaultAlias(peer)).alias;
}

/** Returns the items whose attributes include `attributes`; all items if that is empty. */
export function searchItems(peer: Peer, attributes: Attributes): Promise<[unlocked: string[], locked: string[]]> {
  return peer.bus.call({
    ...method(peer, servicePath, 'Service', 'SearchItems'),
    signature: 'a{ss}',
    write: (body) => body.writeDictionary(attributes),
    replySignature: 'aoao',
    read: (reply) => [reply.readStrings(), reply.readStrings()],
  });
}

export function getSecret(peer: Peer, item: string, session: string): Promise<Uint8Array> {
  return peer.bus.call({
    ...method(peer, item, 'Item', 'GetSecret'),
    signature: 'o',
    write: (body) => body.writeString(session),
    replySignature: '(oayays)',
    read(reply) {
      const [, , bytes] = [reply.readString(), reply.readBytes(), reply.readBytes(), reply.readString()];
      return bytes;
    },
  });
}

/** Returns the prompt that has to be completed, or {@link noObject}. Doesn't show it. */
export function unlock(peer: Peer, paths: readonly string[]): Promise<string> {
  return peer.bus.call({
    ...method(peer, servicePath, 'Service', 'Unlock'),
    signature: 'ao',
    write: (body) => body.writeStrings(paths),
    replySignature: 'aoo',
    read(reply) {
      reply.readStrings();
      return reply.readString();
    },
  });
}

export function showPrompt(peer: Peer, path: string): Promise<void> {
  return peer.bus.call({
    ...method(peer, path, 'Prompt', 'Prompt'),
    signature: 's',
    // No window that the dialog belongs to.
    write: (body) => body.writeString(''),
    replySignature: '',
    read: () => undefined,
  });
}

export function dismissMethod(peer: Peer, prompt: string): MethodName {
  return method(peer, prompt, 'Prompt', 'Dismiss');
}

export function readAttributes(peer: Peer, item: string): Promise<Attributes> {
  return readProperty(peer, item, 'Item', 'Attributes', 'a{ss}', (reply) => reply.readDictionary());
}

/** Returns seconds since 1970. */
export function readModified(peer: Peer, item: string): Promise<number> {
  return readProperty(peer, item, 'Item', 'Modified', 't', (reply) => Number(reply.readUint64()));
}

export function readLabel(peer: Peer, collection: string): Promise<string> {
  return readProperty(peer, collection, 'Collection', 'Label', 's', (reply) => reply.readString());
}

export function isCollectionLocked(peer: Peer, collection: string): Promise<boolean> {
  return readProperty(peer, collection, 'Collection', 'Locked', 'b', (reply) => reply.readBoolean());
}

function readProperty<T>(
  peer: Peer,
  path: string,
  interfaceName: string,
  name: string,
  type: string,
  read: (value: Reader) => T,
): Promise<T> {
  return peer.bus.call({
    destination: peer.owner,
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    write(body) {
      body.writeString(`org.freedesktop.Secret.${interfaceName}`);
      body.writeString(name);
    },
    replySignature: 'v',
    read(reply) {
      const actual = reply.readSignature();
      if (actual !== type) throw new ProtocolError(`${name} is of type "${actual}"`);
      return read(reply);
    },
  });
}

export function method(peer: Peer, path: string, interfaceName: string, member: string): MethodName {
  return { destination: peer.owner, path, interface: `org.freedesktop.Secret.${interfaceName}`, member };
}

// The methods of the Secret Service that only changes and listings need. Secret Service API, "D-Bus API Reference".

interface NewItem {
  readonly label: string;
  readonly attributes: Attributes;
  readonly bytes: Uint8Array;
  /** Whether an item with the same attributes is overwritten. */
  readonly replaces: boolean;
}

/** Returns the item, or {@link noObject} and the prompt that has to be completed. */
export function createItem(
  peer: Peer,
  collection: string,
  session: string,
  { label, attributes, bytes, replaces }: NewItem,
): Promise<[item: string, prompt: string]> {
  return peer.bus.call({
    ...method(peer, collection, 'Collection', 'CreateItem'),
    signature: 'a{sv}(oayays)b',
    write(body) {
      body.writeArray(8, () => {
        body.writeString('org.freedesktop.Secret.Item.Label');
        body.writeSignature('s');
        body.writeString(label);
        body.align(8);
        body.writeString('org.freedesktop.Secret.Item.Attributes');
        body.writeSignature('a{ss}');
        body.writeDictionary(attributes);
      });
      writeSecret(body, session, bytes);
      body.writeBoolean(replaces);
    },
    replySignature: 'oo',
    read: (reply) => [reply.readString(), reply.readString()],
  });
}

export function setSecret(peer: Peer, item: string, session: string, bytes: Uint8Array): Promise<void> {
  return peer.bus.call({
    ...method(peer, item, 'Item', 'SetSecret'),
    signature: '(oayays)',
    write: (body) => writeSecret(body, session, bytes),
    replySignature: '',
    read: () => undefined,
  });
}

/** Returns the prompt that has to be completed, or {@link noObject}. */
export function deleteItem(peer: Peer, item: string): Promise<string> {
  const read = (reply: Reader) => reply.readString();
  return peer.bus.call({ ...deleteMethod(peer, item), replySignature: 'o', read });
}

export function deleteMethod(peer: Peer, item: string): MethodName {
  return method(peer, item, 'Item', 'Delete');
}

export function readItems(peer: Peer, collection: string): Promise<string[]> {
  return readProperty(peer, collection, 'Collection', 'Items', 'ao', (reply) => reply.readStrings());
}

export function isItemLocked(peer: Peer, item: string): Promise<boolean> {
  return readProperty(peer, item, 'Item', 'Locked', 'b', (reply) => reply.readBoolean());
}

/** Secret Service API, "Secret": session, parameters, value, content type. */
export function writeSecret(body: Writer, session: string, bytes: Uint8Array): void {
  body.align(8);
  body.writeString(session);
  body.writeBytes(new Uint8Array());
  body.writeBytes(bytes);
  body.writeString(isPlainText(bytes) ? 'text/plain' : 'application/octet-stream');
}

/**
 * Providers may change a secret that is declared as text: KWallet cuts it at a NUL and drops a leading byte order mark,
 * and KeePassXC replaces placeholders such as `{TITLE}`.
 */
function isPlainText(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString();
  return Buffer.from(text).equals(bytes) && !/^\uFEFF|\0|\{[A-Z]/i.test(text);
}
