import type { CredentialName } from '../../domain/credential-name.ts';
import type { AttributeSchema } from '../../domain/profile.ts';
import { service, serviceName } from './calls.ts';
import { parseBusAddress, type SessionEnvironment } from './dbus/address.ts';
import { ProtocolError } from './dbus/errors.ts';
import { askProcessOf, PlainBus } from './dbus/plain-bus.ts';
import { dictionary, type PlainCall, text } from './dbus/plain-message.ts';
import type { PlainReader } from './dbus/plain-reader.ts';
import { attributesFor } from './item-attributes.ts';
import { identifyByProcess } from './provider.ts';

/** Whoever takes longer is asked anew, and waited for, by the store. */
const limitMs = 700;

/**
 * The bytes of a secret in the Secret Service, where that answers at once and the one item that matches lies there unlocked: in three
 * turns, the first of which is no `OpenSession` (see session.ts). `undefined`, or any rejection, says nothing.
 * No Secret: a chunk that takes nothing from the file that loads it comes 0.2 ms sooner.
 */
export async function getAtOnce(
  environment: SessionEnvironment,
  name: CredentialName,
  schema: AttributeSchema,
): Promise<Uint8Array | undefined> {
  const [socket] = parseBusAddress(environment);
  if (socket === undefined) return undefined;
  const bus = new PlainBus(socket, limitMs);
  let bytes: Uint8Array | undefined;
  try {
    bytes = await read(bus, name, schema);
  } finally {
    // To take the connection apart takes 0.5 ms, of a process that is about to end.
    if (bytes) bus.unref();
    else bus.end();
  }
  return bytes;
}

async function read(bus: PlainBus, name: CredentialName, schema: AttributeSchema): Promise<Uint8Array | undefined> {
  const owner = bus.ask(askProcessOf(serviceName));
  const alias = bus.ask(calls.readDefaultAlias());
  bus.turn();
  // The others may do more than search when they are searched.
  if (identifyByProcess((await owner).uint()) !== 'gnome-keyring') return undefined;
  const opened = bus.ask(calls.openSession());
  const found = bus.ask(calls.search(dictionary(attributesFor(name, schema))));
  await alias;
  bus.turn();
  const session = sessionOf(await opened);
  const items = await found;
  const [[item, ...others], locked] = [items.texts(), items.texts()];
  if (item === undefined || others.length + locked.length > 0) return undefined;
  const secret = bus.ask(calls.getSecret(item, session));
  bus.turn();
  return bytesOf(await secret);
}

/** Of `vo`: what is agreed on, which for `plain` is an empty text, and the session. */
function sessionOf(opened: PlainReader): string {
  if (opened.signature() !== 's' || opened.text() !== '') throw new ProtocolError('a session that is not plain');
  return opened.text();
}

/** Of `(oayays)`: the session, parameters, which `plain` has none of, and the bytes. */
function bytesOf(secret: PlainReader): Uint8Array {
  secret.text();
  secret.bytes();
  return new Uint8Array(secret.bytes());
}

const to = { destination: serviceName, path: service, interface: 'org.freedesktop.Secret.Service' };

/** Secret Service API, "D-Bus API Reference": service-calls.ts has them for the store. */
const calls = {
  readDefaultAlias: (): PlainCall => ({
    ...to,
    member: 'ReadAlias',
    signature: 's',
    body: text('default'),
    gives: 'o',
  }),
  /** `plain`, since the bus is the user's own, and a variant that is an empty text. */
  openSession: (): PlainCall => ({
    ...to,
    member: 'OpenSession',
    signature: 'sv',
    body: `${text('plain')}\x01s${'\0'.repeat(4)}${text('')}`,
    gives: 'vo',
  }),
  search: (attributes: string): PlainCall => ({
    ...to,
    member: 'SearchItems',
    signature: 'a{ss}',
    body: attributes,
    gives: 'aoao',
  }),
  getSecret: (item: string, session: string): PlainCall => ({
    ...to,
    path: item,
    interface: 'org.freedesktop.Secret.Item',
    member: 'GetSecret',
    signature: 'o',
    body: text(session),
    gives: '(oayays)',
  }),
};
