import type { CredentialName } from '../../domain/credential-name.ts';
import type { ItemLayout } from '../../domain/item-layout.ts';
import { Secret } from '../../domain/secret.ts';
import { busSockets, type SessionEnvironment } from './address.ts';
import { processOf, serviceName } from './bus-calls.ts';
import { attributesFor } from './item-name.ts';
import { providerOfProcess } from './provider-of-process.ts';
import { askDefaultAlias, getSecret, openSession, searchItems } from './service-calls.ts';
import { Connection } from './wire/connection.ts';

/** Whoever takes longer is asked by the store, for as long as is left of its own limit. */
export const limitMs = 2_000;

/**
 * The secret in the Secret Service, where that answers at once and the one item that matches lies there unlocked: in three
 * turns, the first of which is no `OpenSession` (see session.ts). `undefined`, or any rejection, says nothing.
 */
export async function getAtOnce(
  environment: SessionEnvironment,
  name: CredentialName,
  layout: ItemLayout,
): Promise<Secret | undefined> {
  const [socket] = busSockets(environment);
  if (socket === undefined) return undefined;
  const bus = new Connection(socket);
  const limit = setTimeout(() => bus.end(), limitMs);
  let secret: Secret | undefined;
  try {
    secret = await ask(bus, name, layout);
  } finally {
    clearTimeout(limit);
    // To take the connection apart takes 0.5 ms, of a process that is about to end.
    if (secret) bus.keepAlive(false);
    else bus.end();
  }
  return secret;
}

async function ask(bus: Connection, name: CredentialName, layout: ItemLayout): Promise<Secret | undefined> {
  const [pid, { sender }] = await Promise.all([
    processOf(bus, serviceName),
    askDefaultAlias({ bus, owner: serviceName }),
  ]);
  // The others may do more than search when they are searched.
  if (providerOfProcess(pid) !== 'gnome-keyring') return undefined;
  const peer = { bus, owner: sender };
  const [session, [[item, ...others], locked]] = await Promise.all([
    openSession(peer),
    searchItems(peer, attributesFor(name, layout)),
  ]);
  if (item === undefined || others.length + locked.length > 0) return undefined;
  return new Secret(await getSecret(peer, item, session));
}
