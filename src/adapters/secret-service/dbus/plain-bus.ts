import { createConnection, type Socket } from 'node:net';
import { authentication, busObject, greetingBytes } from './auth.ts';
import { ProtocolError } from './errors.ts';
import { extent, headBytes, messageTypes } from './header.ts';
import { answered, marshaled, type PlainCall, text } from './plain-message.ts';
import { PlainReader } from './plain-reader.ts';

/** Of all that a bus answers, in bytes: room for a secret of some 7 KB. */
const maxBytes = 8192;

/**
 * What one read takes of the session bus, and no more: turns of calls with texts. Whatever is not as expected ends it, and an
 * error is not told from another. It has an answer 2 ms sooner than `Connection`, which does all that the store needs.
 */
export class PlainBus {
  readonly #limitMs: number;
  readonly #socket: Socket;
  readonly #waiting = new Map<
    number,
    { gives: string; resolve(body: PlainReader): void; reject(error: Error): void }
  >();
  readonly #received = Buffer.alloc(maxBytes);
  #receivedEnd = 0;
  #handledEnd = 0;
  #serial = 0;
  #unsent = authentication();
  #ended: Error | undefined;
  #limit: NodeJS.Timeout | undefined;

  /** All turns together may take `limitMs`. */
  constructor(path: string, limitMs: number) {
    this.#limitMs = limitMs;
    // What comes goes where it is told to: the events of a stream take 0.6 ms more.
    this.#socket = createConnection({
      path,
      onread: {
        buffer: () => this.#received.subarray(this.#receivedEnd),
        callback: (count) => {
          this.#receive(count);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => this.end(error));
    this.#socket.on('close', () => this.end());
    void this.ask(hello);
  }

  /** Makes a call with the next turn. Gives the body of the reply; rejects when that is an error, or not what it should be. */
  ask(call: PlainCall): Promise<PlainReader> {
    this.#serial += 1;
    this.#unsent += marshaled(call, this.#serial);
    const reply = new Promise<PlainReader>((resolve, reject) => {
      this.#waiting.set(this.#serial, { gives: call.gives, resolve, reject });
    });
    // Who has learnt enough from one reply may leave the others.
    reply.catch(() => undefined);
    return reply;
  }

  /** Sends what was asked since the last turn, in one piece; the first greets the bus, too. */
  turn(): void {
    if (this.#ended === undefined) this.#socket.write(this.#unsent, 'latin1', (error) => this.#begin(error));
    else this.end();
    this.#unsent = '';
  }

  /** Once the first turn is out: to make a timer takes time, which others may use. */
  #begin(error: Error | null | undefined): void {
    if (!error) this.#limit ??= setTimeout(() => this.end(), this.#limitMs);
  }

  /** It does not keep the process running any more. */
  unref(): void {
    clearTimeout(this.#limit);
    this.#socket.unref();
  }

  /** Every call under way, and every later one, rejects. */
  end(error: Error = new Error('the connection is closed')): void {
    this.#ended ??= error;
    clearTimeout(this.#limit);
    this.#socket.destroy();
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #receive(count: number): void {
    this.#receivedEnd += count;
    try {
      while (this.#handledEnd === 0 ? this.#meet() : this.#handle());
      if (this.#receivedEnd === maxBytes) throw new ProtocolError('the bus answers more than is read at once');
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** Handles the greeting, where that is whole; says whether it was. */
  #meet(): boolean {
    if (this.#receivedEnd < greetingBytes) return false;
    if (this.#received.toString('latin1', 0, 3) !== 'OK ')
      throw new ProtocolError('the bus rejects this user, or it is none');
    this.#handledEnd = greetingBytes;
    return true;
  }

  /** Handles the next message, where that is whole; says whether it was. */
  #handle(): boolean {
    const bytes = this.#received.subarray(this.#handledEnd, this.#receivedEnd);
    if (bytes.length < headBytes) return false;
    const { fieldsEnd, bodyStart, end } = extent(bytes);
    if (bytes.length < end) return false;
    this.#handledEnd += end;
    const { serial, signature } = answered(bytes, fieldsEnd);
    const call = this.#waiting.get(serial);
    if (bytes[1] === messageTypes.error) throw new ProtocolError('the answer is an error');
    if (bytes[1] === messageTypes.reply && call !== undefined) {
      if (signature !== call.gives) throw new ProtocolError(`expected "${call.gives}", got "${signature}"`);
      this.#waiting.delete(serial);
      call.resolve(new PlainReader(bytes.subarray(bodyStart, end)));
    }
    return true;
  }
}

const hello: PlainCall = { ...busObject, member: 'Hello', signature: '', body: '', gives: 's' };

/** Asks the bus which process owns a name. */
export function askProcessOf(name: string): PlainCall {
  return { ...busObject, member: 'GetConnectionUnixProcessID', signature: 's', body: text(name), gives: 'u' };
}
