import type { Provider } from '../../domain/selection/probe-result.ts';
import type { SessionEnvironment } from './address.ts';
import { namesOnBus, processOf, serviceName, startableNames, startOwner } from './bus-calls.ts';
import { Fault } from './fault.ts';
import { idleProvider, installedProviders, providerOf } from './provider.ts';
import { askDefaultAlias, noObject, openSession, type Peer, readDefaultAlias } from './service-calls.ts';
import { isUnowned, toFault } from './to-error.ts';
import type { Connection } from './wire/connection.ts';

/** A conversation with one provider, kept from one operation to the next. */
export interface Session extends Peer {
  readonly provider: Provider | undefined;
  /** The session object, which secrets are exchanged under. Nothing but that waits for it. */
  readonly path: Promise<string>;
}

/** A new session, and what the alias `default` names. */
export interface Opened {
  readonly session: Session;
  readonly alias: string;
}

/** Opens a session with whoever provides the Secret Service; starts the provider where the bus can. */
export async function open(bus: Connection, environment: SessionEnvironment): Promise<Opened> {
  try {
    return await openWithOwner(bus);
  } catch (error) {
    if (!isUnowned(error)) throw error;
  }
  await start(bus, environment);
  return openWithOwner(bus);
}

/**
 * In one round trip, with the greeting that went before; the session opens together with what is asked next. It must not
 * be what a client says first: gnome-keyring, 42.1 to 50.0 at least, may handle that before it knows the client, and then
 * crashes over `OpenSession` and answers `ReadAlias` with {@link noObject}.
 * https://gitlab.gnome.org/GNOME/gnome-keyring/-/issues/190
 */
async function openWithOwner(bus: Connection): Promise<Opened> {
  let provider: Provider | undefined;
  const meetProvider = async () => {
    provider = await providerOf(bus, await processOf(bus, serviceName).catch(() => 0));
  };
  try {
    const [, first] = await Promise.all([meetProvider(), askDefaultAlias({ bus, owner: serviceName })]);
    // Who answered is whom all else goes to, so that it neither reaches a successor nor starts one.
    const peer = { bus, owner: first.sender };
    const path = openSession(peer);
    path.catch(() => undefined);
    const alias = first.alias === noObject ? await readDefaultAlias(peer) : first.alias;
    return { session: { ...peer, path, provider }, alias };
  } catch (error) {
    throw toFault(error, provider);
  }
}

async function start(bus: Connection, environment: SessionEnvironment): Promise<void> {
  const [startable, names] = await Promise.all([startableNames(bus), namesOnBus(bus)]);
  const [installed, ...others] = installedProviders(environment.PATH);
  if (startable.includes(serviceName)) {
    await startOwner(bus, serviceName).catch((error) => {
      const fault = toFault(error, others.length === 0 ? installed : undefined);
      throw fault.code === 'failed' ? new Fault('not-running', fault.evidence, error) : fault;
    });
    return;
  }
  const idle = idleProvider(names);
  if (idle !== undefined) throw new Fault('not-running', { provider: idle, switchedOff: true });
  throw installed === undefined ? new Fault('not-installed') : new Fault('not-running', { provider: installed });
}
