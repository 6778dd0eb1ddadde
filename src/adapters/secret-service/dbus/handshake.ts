import { BusError, ProtocolError } from './reader.ts';

const words = ['OK', 'REJECTED', 'DATA', 'ERROR'];

/** What to send next. `handled`: how many bytes the responses had, once the bus has accepted this client. */
interface Step {
  readonly send: string;
  readonly handled?: number;
}

/**
 * Authenticates step by step, for what rejects {@link Connection}'s single round trip: `xdg-dbus-proxy`, which doesn't expect
 * anything behind `BEGIN`, and a bus outside of the client's user namespace, which knows its user by another id. D-Bus
 * specification, "Authentication Protocol".
 */
export class Handshake {
  readonly first = `\0AUTH EXTERNAL ${Buffer.from(`${process.getuid?.()}`).toString('hex')}\r\n`;
  #handled = 0;
  #attempts = 1;

  /** Reads everything that has been received so far. Throws if the bus can't accept this client. */
  read(received: string): Step {
    let send = '';
    for (;;) {
      const end = received.indexOf('\r\n', this.#handled);
      const line = received.slice(this.#handled, end < 0 ? undefined : end);
      const word = line.split(' ', 1)[0] ?? '';
      if (!words.some((known) => (end < 0 ? known.startsWith(word) || line.startsWith(`${known} `) : known === word)))
        throw new ProtocolError('what listens at the address of the session bus does not speak D-Bus');
      if (end < 0) return { send };
      this.#handled = end + 2;
      if (word === 'OK') return { send: `${send}BEGIN\r\n`, handled: this.#handled };
      send += this.#answer(word, line);
    }
  }

  #answer(word: string, line: string): string {
    // The response to `AUTH EXTERNAL` without an id: the bus uses the one that the system reports.
    if (word === 'DATA') return 'DATA\r\n';
    const mechanisms = word === 'REJECTED' ? line.split(' ').slice(1) : ['EXTERNAL'];
    if (!mechanisms.includes('EXTERNAL')) throw toRejection(mechanisms);
    this.#attempts += 1;
    if (this.#attempts > 2) throw new BusError(authFailed, 'the bus rejects this user');
    return 'AUTH EXTERNAL\r\n';
  }
}

const authFailed = 'org.freedesktop.DBus.Error.AuthFailed';

function toRejection(mechanisms: readonly string[]): BusError {
  const others = mechanisms.map((mechanism) => mechanism.replace(/[^A-Z0-9_]/g, '?')).join(' or ');
  const text = 'the bus does not accept clients by their user id';
  return new BusError(authFailed, others === '' ? text : `${text}, but by ${others}`);
}
