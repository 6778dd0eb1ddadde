import { readFileSync } from 'node:fs';
import type { Provider } from '../../domain/selection/probe-result.ts';
import { askDefaultAlias, noObject, openSession, type Peer, readDefaultAlias, serviceName } from './calls.ts';
import { isSocketSafe, parseBusAddress, type SessionEnvironment } from './dbus/address.ts';
import { getProcessId } from './dbus/bus-calls.ts';
import { Connection } from './dbus/connection.ts';
import { type Operation, SecretServiceError } from './operation.ts';

/** A session with one provider, used by one operation after another. */
export interface BusSession extends Peer {
  readonly provider: Provider | undefined;
  /** Its process, if that is visible. */
  readonly providerId: number | undefined;
  /** Its bus and why that is used, if it's not the one in the environment. */
  readonly otherBus?: string;
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
      throw await convertError(error, idle.provider);
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

  /** Connects to the bus at the address in the environment, or else to the user's own bus, which may not be in the environment. */
  async #open(operation: Operation): Promise<OpenedSession> {
    const opened = await this.#openAny(parseBusAddress(this.#environment), operation);
    if ('session' in opened) return opened;
    const { explainAddress, listOwnBuses } = await import('./dbus/session-bus.ts');
    const { error, because } = explainAddress(this.#environment, opened.error);
    const own = await this.#openAny(listOwnBuses(this.#environment), operation);
    if (!('session' in own)) throw await markBusMissing(await convertError(error), this.#environment);
    return { ...own, session: { ...own.session, otherBus: `${own.socket}, because ${because}` } };
  }

  /** Connects to the first of these sockets that something listens on. `error`: why the last of them can't be used. */
  async #openAny(
    sockets: readonly string[],
    operation: Operation,
  ): Promise<(OpenedSession & { readonly socket: string }) | { readonly error: unknown }> {
    let lastError: unknown;
    for (const socket of sockets) {
      operation.throwIfCut();
      const untrusted = isSocketSafe(socket) ? undefined : await findUntrusted(socket);
      if (untrusted !== undefined) {
        lastError = untrusted;
        continue;
      }
      const bus = new Connection(socket);
      operation.useConnection(bus);
      try {
        return { ...(await openBusSession(bus, operation, this.#environment)), socket };
      } catch (error) {
        bus.end();
        const { isConnectError } = await import('./to-error.ts');
        if (!isConnectError(error)) throw bus.hasAnswered ? error : markBusSilent(await convertError(error));
        lastError = error;
      }
    }
    return { error: lastError };
  }
}

async function convertError(error: unknown, provider?: Provider): Promise<SecretServiceError> {
  const { toSecretServiceError } = await import('./to-error.ts');
  return toSecretServiceError(error, provider);
}

/** Returns why a socket is not to be connected to; `undefined` if it may be. */
async function findUntrusted(socket: string): Promise<Error | undefined> {
  const { findSocketProblem } = await import('./dbus/session-bus.ts');
  return findSocketProblem(socket);
}

/** Marks a timeout as caused by the bus. */
function markBusSilent(error: SecretServiceError): SecretServiceError {
  if (error.code !== 'timed-out') return error;
  return new SecretServiceError(error.code, { ...error.evidence, busSilent: true }, error.cause);
}

/** Adds to an error without a bus whether a program that could start one is installed, and which provider is. */
async function markBusMissing(error: SecretServiceError, environment: SessionEnvironment): Promise<SecretServiceError> {
  if (error.code !== 'no-session-bus') return error;
  const { PATH } = environment;
  const { findInstalledProviders, hasKeyringFiles } = await import('./start-provider.ts');
  const { isInstalled } = await import('../process/executables.ts');
  const [provider] = findInstalledProviders(PATH);
  const missing = isInstalled('dbus-daemon', PATH) ? {} : { busMissing: true };
  return new SecretServiceError(
    error.code,
    {
      ...error.evidence,
      ...(provider && { provider }),
      ...missing,
      ...(hasKeyringFiles(environment) && { hasKeyring: true }),
    },
    error.cause,
  );
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
    const { isUnowned } = await import('./to-error.ts');
    if (!isUnowned(error)) {
      const { explainDenial } = await import('./start-provider.ts');
      const isDenied = error instanceof SecretServiceError && error.code === 'denied' && bus.hasAnswered;
      throw isDenied ? await explainDenial(bus, error) : error;
    }
  }
  const { startProvider } = await import('./start-provider.ts');
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
    provider ??= await (await import('./start-provider.ts')).identifyByOtherNames(bus);
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
    throw await convertError(error, provider);
  }
}

/** The programs that provide the Secret Service. */
export const providerPrograms: readonly (readonly [program: string, Provider])[] = [
  ['gnome-keyring-daemon', 'gnome-keyring'],
  ['kwalletd5', 'kwallet'],
  ['kwalletd6', 'kwallet'],
  ['ksecretd', 'kwallet'],
  ['keepassxc', 'keepassxc'],
];

/** Linux cuts the name of a process to this length: proc(5), `/proc/PID/comm`. */
const maxCommBytes = 15;

/** Identifies the provider by its process, which may be in another container, invisible to this one. */
function identifyByProcess(pid: number): Provider | undefined {
  try {
    const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
    return providerPrograms.find(([program]) => program.slice(0, maxCommBytes) === comm)?.[1];
  } catch {
    return undefined;
  }
}
