import type { Provider } from '../../domain/selection/probe-result.ts';
import { askDefaultAlias, noObject, openSession, type Peer, readDefaultAlias, serviceName } from './calls.ts';
import { isSocketSafe, parseBusAddress, type SessionEnvironment } from './dbus/address.ts';
import { getProcessId, listNames, listStartableNames, startService } from './dbus/bus-calls.ts';
import { Connection } from './dbus/connection.ts';
import type { Operation } from './operation.ts';
import {
  findIdleProvider,
  findInstalledProviders,
  identifyByOtherNames,
  identifyByProcess,
  isInstalled,
} from './provider.ts';
import { isConnectError, isUnowned, SecretServiceError, toSecretServiceError } from './to-error.ts';

/** A session with one provider, used by one operation after another. */
export interface BusSession extends Peer {
  readonly provider: Provider | undefined;
  /** Its process, if that is visible. */
  readonly providerId: number | undefined;
  /** The path of the session object, which only the exchange of secrets needs. */
  readonly path: Promise<string>;
}

export interface OpenedSession {
  readonly session: BusSession;
  /** The default collection, or {@link noObject}. */
  readonly alias: string;
}

/** Gives each operation a session of its own, and keeps one for the next. A kept one doesn't keep the process running. */
export class SessionPool {
  readonly #environment: SessionEnvironment;
  #idle: BusSession | undefined;
  #isClosed = false;

  constructor(environment: SessionEnvironment) {
    this.#environment = environment;
  }

  /** Returns the idle session or a new one. `operation` ends its connection if it is cut short. */
  async acquire(operation: Operation): Promise<OpenedSession> {
    const idle = this.#idle?.bus.isOpen ? this.#idle : undefined;
    this.#idle = undefined;
    if (idle === undefined) return this.#open(operation);
    operation.useConnection(idle.bus);
    operation.providerId = idle.providerId;
    idle.bus.ref();
    try {
      return { session: idle, alias: await readDefaultAlias(idle) };
    } catch (error) {
      idle.bus.end();
      throw toSecretServiceError(error, idle.provider);
    }
  }

  release(session: BusSession): void {
    if (this.#isClosed || this.#idle !== undefined) {
      session.bus.end();
      return;
    }
    this.#idle = session;
    session.bus.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#idle?.bus.end();
  }

  /** Connects to the first address of the bus that something listens on. */
  async #open(operation: Operation): Promise<OpenedSession> {
    let lastError: unknown = new SecretServiceError('no-session-bus', { text: 'no address of a session bus is set' });
    for (const socket of parseBusAddress(this.#environment)) {
      operation.throwIfCut();
      const untrusted = isSocketSafe(socket) ? undefined : await findUntrusted(socket);
      if (untrusted !== undefined) {
        lastError = untrusted;
        continue;
      }
      const bus = new Connection(socket);
      operation.useConnection(bus);
      try {
        return await openBusSession(bus, operation, this.#environment);
      } catch (error) {
        bus.end();
        if (!isConnectError(error)) throw bus.hasAnswered ? error : markBusSilent(toSecretServiceError(error));
        lastError = error;
      }
    }
    throw this.#markBusMissing(toSecretServiceError(lastError));
  }

  #markBusMissing(error: SecretServiceError): SecretServiceError {
    if (error.code !== 'no-session-bus' || isInstalled('dbus-daemon', this.#environment.PATH)) return error;
    return new SecretServiceError(error.code, { ...error.evidence, busMissing: true }, error.cause);
  }
}

/** Returns why a socket is not to be connected to; `undefined` if it may be. */
async function findUntrusted(socket: string): Promise<Error | undefined> {
  const { findSocketProblem } = await import('./untrusted-socket.ts');
  return findSocketProblem(socket);
}

/** Marks a timeout as caused by the bus. */
function markBusSilent(error: SecretServiceError): SecretServiceError {
  if (error.code !== 'timed-out') return error;
  return new SecretServiceError(error.code, { ...error.evidence, busSilent: true }, error.cause);
}

/** Opens a session with the provider of the Secret Service, after starting it if the bus can. */
async function openBusSession(
  bus: Connection,
  operation: Operation,
  environment: SessionEnvironment,
): Promise<OpenedSession> {
  try {
    return await openWithOwner(bus, operation);
  } catch (error) {
    if (!isUnowned(error)) throw error;
  }
  await startProvider(bus, environment);
  return openWithOwner(bus, operation);
}

/**
 * Opens a session in the same round trip as the greeting; `OpenSession` goes out with whatever is called next. It must not
 * be the first call of a client: gnome-keyring, at least from 42.1 to 50.0, may handle the first call before it knows the
 * client, and then crashes on `OpenSession` and answers `ReadAlias` with {@link noObject}.
 * https://gitlab.gnome.org/GNOME/gnome-keyring/-/issues/190
 */
async function openWithOwner(bus: Connection, operation: Operation): Promise<OpenedSession> {
  let provider: Provider | undefined;
  const identify = async () => {
    const pid = await getProcessId(bus, serviceName).catch(() => 0);
    provider = identifyByProcess(pid);
    operation.providerId = provider && pid;
    provider ??= await identifyByOtherNames(bus);
  };
  try {
    const [, first] = await Promise.all([identify(), askDefaultAlias({ bus, owner: serviceName })]);
    // All other calls go to the program that answered, never to a successor, and don't start one.
    const peer = { bus, owner: first.sender };
    const path = openSession(peer);
    path.catch(() => undefined);
    const alias = first.alias === noObject ? await readDefaultAlias(peer) : first.alias;
    return { session: { ...peer, path, provider, providerId: operation.providerId }, alias };
  } catch (error) {
    throw toSecretServiceError(error, provider);
  }
}

async function startProvider(bus: Connection, environment: SessionEnvironment): Promise<void> {
  const [startable, names] = await Promise.all([listStartableNames(bus), listNames(bus)]);
  const [installed, ...others] = findInstalledProviders(environment.PATH);
  if (startable.includes(serviceName)) {
    await startService(bus, serviceName).catch((cause) => {
      const error = toSecretServiceError(cause, others.length === 0 ? installed : undefined);
      throw error.code === 'failed' ? new SecretServiceError('not-running', error.evidence, cause) : error;
    });
    return;
  }
  const idle = findIdleProvider(names);
  if (idle !== undefined) throw new SecretServiceError('not-running', { provider: idle, switchedOff: true });
  throw installed === undefined
    ? new SecretServiceError('not-installed')
    : new SecretServiceError('not-running', { provider: installed });
}
