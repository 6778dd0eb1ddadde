import { busSockets, type SessionEnvironment } from './address.ts';
import { Fault } from './fault.ts';
import type { Operation } from './operation.ts';
import { isInstalled } from './provider.ts';
import { readDefaultAlias } from './service-calls.ts';
import { type Opened, open, type Session } from './session.ts';
import { isUnconnected, toFault } from './to-error.ts';
import { Connection } from './wire/connection.ts';

/** Lends each operation a session of its own, and keeps one for the next. A kept one does not keep the process running. */
export class SessionKeeper {
  readonly #environment: SessionEnvironment;
  #kept: Session | undefined;
  #closed = false;

  constructor(environment: SessionEnvironment) {
    this.#environment = environment;
  }

  /** The kept session, or a new one. Its connection ends when `operation` is cut short. */
  async take(operation: Operation): Promise<Opened> {
    const kept = this.#kept?.bus.isOpen ? this.#kept : undefined;
    this.#kept = undefined;
    if (kept === undefined) return this.#open(operation);
    operation.use(kept.bus);
    kept.bus.keepAlive(true);
    try {
      return { session: kept, alias: await readDefaultAlias(kept) };
    } catch (error) {
      kept.bus.end();
      throw toFault(error, kept.provider);
    }
  }

  /** At the first of the bus's addresses that somebody listens at. */
  async #open(operation: Operation): Promise<Opened> {
    let failure: unknown = new Fault('no-session-bus', { text: 'no address of a session bus is set' });
    for (const socket of busSockets(this.#environment)) {
      operation.check();
      const bus = new Connection(socket);
      operation.use(bus);
      try {
        return await open(bus, this.#environment);
      } catch (error) {
        bus.end();
        if (!isUnconnected(error)) throw bus.answers ? error : silent(toFault(error));
        failure = error;
      }
    }
    throw this.#withoutBus(toFault(failure));
  }

  #withoutBus(fault: Fault): Fault {
    if (fault.code !== 'no-session-bus' || isInstalled('dbus-daemon', this.#environment.PATH)) return fault;
    return new Fault(fault.code, { ...fault.evidence, busMissing: true }, fault.cause);
  }

  giveBack(session: Session): void {
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
function silent(fault: Fault): Fault {
  if (fault.code !== 'timed-out') return fault;
  return new Fault(fault.code, { ...fault.evidence, busSilent: true }, fault.cause);
}
