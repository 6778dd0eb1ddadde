import type { Call, Connection } from './wire/connection.ts';
import type { Value } from './wire/value.ts';

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
