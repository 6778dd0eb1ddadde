import type { Provider } from '../../domain/selection/probe-result.ts';
import { askDefaultAlias, noObject, openSession, type Peer, readDefaultAlias, serviceName } from './calls.ts';
import { parseBusAddress, type SessionEnvironment } from './dbus/address.ts';
import { getProcessId, listNames, listStartableNames, startService } from './dbus/bus-calls.ts';
import { Connection } from './dbus/connection.ts';
import type { Operation } from './operation.ts';
import { findIdleProvider, findInstalledProviders, identifyProvider, isInstalled } from './provider.ts';
import { isConnectError, isUnowned, SecretServiceError, toSecretServiceError } from './to-error.ts';

/** Lends each operation a session of its own, and keeps one for the next. A kept one does not keep the process running. */
export class SessionPool {
  readonly #environment: SessionEnvironment;
  #kept: BusSession | undefined;
  #closed = false;

  constructor(environment: SessionEnvironment) {
    this.#environment = environment;
  }

  /** The kept session, or a new one. Its connection ends when `operation` is cut short. */
  async acquire(operation: Operation): Promise<OpenedSession> {
    const kept = this.#kept?.bus.isOpen ? this.#kept : undefined;
    this.#kept = undefined;
    if (kept === undefined) return this.#open(operation);
    operation.use(kept.bus);
    kept.bus.keepAlive(true);
    try {
      return { session: kept, alias: await readDefaultAlias(kept) };
    } catch (error) {
      kept.bus.end();
      throw toSecretServiceError(error, kept.provider);
    }
  }

  /** At the first of the bus's addresses that somebody listens at. */
  async #open(operation: Operation): Promise<OpenedSession> {
    let failure: unknown = new SecretServiceError('no-session-bus', { text: 'no address of a session bus is set' });
    for (const socket of parseBusAddress(this.#environment)) {
      operation.check();
      const bus = new Connection(socket);
      operation.use(bus);
      try {
        return await openBusSession(bus, this.#environment);
      } catch (error) {
        bus.end();
        if (!isConnectError(error)) throw bus.answers ? error : markBusSilent(toSecretServiceError(error));
        failure = error;
      }
    }
    throw this.#withoutBus(toSecretServiceError(failure));
  }

  #withoutBus(fault: SecretServiceError): SecretServiceError {
    if (fault.code !== 'no-session-bus' || isInstalled('dbus-daemon', this.#environment.PATH)) return fault;
    return new SecretServiceError(fault.code, { ...fault.evidence, busMissing: true }, fault.cause);
  }

  release(session: BusSession): void {
    const keeps = !this.#closed && this.#kept === undefined;
    if (keeps) this.#kept = session;
    if (keeps) session.bus.keepAlive(false);
    else session.bus.end();
  }

  close(): void {
    this.#closed = true;
    this.#kept?.bus.end();
  }
}

/** Of a bus that has not answered: that it is the bus, where that is why nothing came in time. */
function markBusSilent(fault: SecretServiceError): SecretServiceError {
  if (fault.code !== 'timed-out') return fault;
  return new SecretServiceError(fault.code, { ...fault.evidence, busSilent: true }, fault.cause);
}

/** A conversation with one provider, kept from one operation to the next. */
export interface BusSession extends Peer {
  readonly provider: Provider | undefined;
  /** The session object, which secrets are exchanged under. Nothing but that waits for it. */
  readonly path: Promise<string>;
}

/** A new session, and what the alias `default` names. */
export interface OpenedSession {
  readonly session: BusSession;
  readonly alias: string;
}

/** Opens a session with whoever provides the Secret Service; starts the provider where the bus can. */
export async function openBusSession(bus: Connection, environment: SessionEnvironment): Promise<OpenedSession> {
  try {
    return await openWithOwner(bus);
  } catch (error) {
    if (!isUnowned(error)) throw error;
  }
  await startProvider(bus, environment);
  return openWithOwner(bus);
}

/**
 * In one round trip, with the greeting that went before; the session opens together with what is asked next. It must not
 * be what a client says first: gnome-keyring, 42.1 to 50.0 at least, may handle that before it knows the client, and then
 * crashes over `OpenSession` and answers `ReadAlias` with {@link noObject}.
 * https://gitlab.gnome.org/GNOME/gnome-keyring/-/issues/190
 */
async function openWithOwner(bus: Connection): Promise<OpenedSession> {
  let provider: Provider | undefined;
  const meetProvider = async () => {
    provider = await identifyProvider(bus, await getProcessId(bus, serviceName).catch(() => 0));
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
    throw toSecretServiceError(error, provider);
  }
}

async function startProvider(bus: Connection, environment: SessionEnvironment): Promise<void> {
  const [startable, names] = await Promise.all([listStartableNames(bus), listNames(bus)]);
  const [installed, ...others] = findInstalledProviders(environment.PATH);
  if (startable.includes(serviceName)) {
    await startService(bus, serviceName).catch((error) => {
      const fault = toSecretServiceError(error, others.length === 0 ? installed : undefined);
      throw fault.code === 'failed' ? new SecretServiceError('not-running', fault.evidence, error) : fault;
    });
    return;
  }
  const idle = findIdleProvider(names);
  if (idle !== undefined) throw new SecretServiceError('not-running', { provider: idle, switchedOff: true });
  throw installed === undefined
    ? new SecretServiceError('not-installed')
    : new SecretServiceError('not-running', { provider: installed });
}
