import { createConnection, type Socket } from 'node:net';
import { authentication, busObject, greetingBytes } from './greeting.ts';
import { extent, headBytes, messageTypes } from './message.ts';
import { answered, marshaled, type PlainCall, text } from './plain-message.ts';
import { Reader } from './reader.ts';
import { typesOf, type Value, WireError } from './value.ts';

/**
 * What one read takes of the session bus, and no more: turns of calls with texts. Whatever is not as expected ends it, and an
 * error is not told from another. It has an answer 2 ms sooner than `Connection`, which does all that the store needs.
 */
export class PlainBus {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { gives: string; resolve(values: Value[]): void; reject(error: Error): void }>();
  #received: Buffer | undefined;
  #greeted = false;
  #serial = 0;
  #ended: Error | undefined;
  #limit: NodeJS.Timeout | undefined;

  constructor(path: string) {
    this.#socket = createConnection({ path });
    this.#socket.on('data', (bytes) => this.#receive(bytes));
    this.#socket.on('error', (error) => this.end(error));
    this.#socket.on('close', () => this.end());
  }

  /** The first turn: greets the bus, too. Gives the values of each reply. All turns together may take `limitMs`. */
  async greet(calls: readonly PlainCall[], limitMs: number): Promise<Value[][]> {
    const greeted = this.#send([hello, ...calls], authentication());
    // Once that is out: to make a timer takes time, which others may use.
    this.#socket.once('connect', () => {
      this.#limit = setTimeout(() => this.end(), limitMs);
    });
    const [, ...replies] = await greeted;
    return replies;
  }

  /** Makes calls in one piece. Gives the values of each reply; rejects when one is an error, or not what it should be. */
  turn(calls: readonly PlainCall[]): Promise<Value[][]> {
    return this.#send(calls, '');
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

  #send(calls: readonly PlainCall[], before: string): Promise<Value[][]> {
    let bytes = before;
    const replies = calls.map((call) => {
      this.#serial += 1;
      bytes += marshaled(call, this.#serial);
      return new Promise<Value[]>((resolve, reject) => {
        this.#waiting.set(this.#serial, { gives: call.gives, resolve, reject });
      });
    });
    if (this.#ended === undefined) this.#socket.write(bytes, 'latin1');
    else this.end();
    return Promise.all(replies);
  }

  #receive(chunk: Buffer): void {
    let rest = this.#received === undefined ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      if (!this.#greeted && rest.length >= greetingBytes) {
        if (rest.toString('latin1', 0, 3) !== 'OK ') throw new WireError('the bus rejects this user, or it is none');
        this.#greeted = true;
        rest = rest.subarray(greetingBytes);
      }
      while (this.#greeted && rest.length >= headBytes && rest.length >= extent(rest).end) rest = this.#handle(rest);
      this.#received = rest;
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** Handles the first message; gives what is behind it. */
  #handle(bytes: Buffer): Buffer {
    const { fieldsEnd, bodyStart, end } = extent(bytes);
    const { serial, signature } = answered(bytes, fieldsEnd);
    const call = this.#waiting.get(serial);
    if (bytes[1] === messageTypes.error) throw new WireError('the answer is an error');
    if (bytes[1] === messageTypes.reply && call !== undefined) {
      if (signature !== call.gives) throw new WireError(`expected "${call.gives}", got "${signature}"`);
      this.#waiting.delete(serial);
      call.resolve(new Reader(bytes.subarray(bodyStart, end), true).values(typesOf(signature)));
    }
    return bytes.subarray(end);
  }
}

const hello: PlainCall = { ...busObject, member: 'Hello', signature: '', body: '', gives: 's' };

/** Asks the bus which process owns a name. */
export function askProcessOf(name: string): PlainCall {
  return { ...busObject, member: 'GetConnectionUnixProcessID', signature: 's', body: text(name), gives: 'u' };
}
