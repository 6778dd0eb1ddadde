import type { SessionEnvironment } from './address.ts';
import type { Operation } from './operation.ts';
import { readDefaultAlias } from './service-calls.ts';
import { connectToBus, type Opened, open, type Session } from './session.ts';
import { toFault } from './to-error.ts';

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
    operation.check();
    const bus = kept?.bus ?? (await connectToBus(this.#environment));
    operation.use(bus);
    bus.keepAlive(true);
    try {
      return kept ? { session: kept, alias: await readDefaultAlias(kept) } : await open(bus, this.#environment);
    } catch (error) {
      bus.end();
      throw toFault(error, kept?.provider);
    }
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
