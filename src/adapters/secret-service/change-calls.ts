import { isUtf8 } from 'node:buffer';
import { type Attributes, method, type Peer, readProperty } from './calls.ts';
import type { MethodName } from './dbus/header.ts';
import type { Reader } from './dbus/reader.ts';
import type { Writer } from './dbus/writer.ts';

// The methods of the Secret Service that only changes and listings need. Secret Service API, "D-Bus API Reference".

export interface NewItem {
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
function writeSecret(body: Writer, session: string, bytes: Uint8Array): void {
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
  return isUtf8(bytes) && !/^\uFEFF|\0|\{[A-Z]/i.test(Buffer.from(bytes).toString());
}
