import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { fixedHeaderBytes, messageTypes, readExtent } from '../../src/adapters/secret-service/dbus/header.ts';
import type { SessionBus } from '../support/session-bus.ts';
import { decode, encode, type Fields, type Message, type Value } from './dbus-codec.ts';

/** A reply, or an error if `errorName` is set. */
export interface Answer {
  readonly errorName?: string;
  readonly signature?: string;
  readonly values?: readonly Value[];
}

/** Handles a call. `undefined`: no answer. */
export type Serve = (call: Message) => Answer | undefined | Promise<Answer | undefined>;

const greetingBytes = 37;

/** A program on the bus that owns names and answers calls, in place of a provider. */
export class BusPeer {
  readonly #socket: Socket;
  readonly #serve: Serve;
  readonly #replies = new Map<number, (message: Message) => void>();
  #received: Buffer = Buffer.alloc(0);
  #toSkip = greetingBytes;
  #serial = 0;

  constructor({ socket }: SessionBus, serve: Serve) {
    this.#serve = serve;
    this.#socket = createConnection({ path: socket });
    this.#socket.on('data', (bytes) => this.#receive(bytes));
    this.#socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.())).toString('hex')}\r\nBEGIN\r\n`);
  }

  /** Owns `names`, so that others can call it by them. */
  async own(names: readonly string[]): Promise<void> {
    await this.#callBus('Hello', '', []);
    for (const name of names) await this.#callBus('RequestName', 'su', [name, 0]);
  }

  signal(fields: Fields, values: readonly Value[]): void {
    this.#send(messageTypes.signal, fields, values);
  }

  /** Disconnects, which releases its names. */
  async leave(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  #callBus(member: string, signature: string, values: readonly Value[]): Promise<Message> {
    const bus = 'org.freedesktop.DBus';
    const fields = { destination: bus, path: '/org/freedesktop/DBus', interface: bus, member, signature };
    const serial = this.#send(messageTypes.call, fields, values);
    return new Promise((resolve) => this.#replies.set(serial, resolve));
  }

  #send(type: number, fields: Fields, values: readonly Value[]): number {
    this.#serial += 1;
    this.#socket.write(encode(type, 0, this.#serial, fields, values));
    return this.#serial;
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length < this.#toSkip) return;
    this.#received = this.#received.subarray(this.#toSkip);
    this.#toSkip = 0;
    while (this.#received.length >= fixedHeaderBytes) {
      const { end } = readExtent(this.#received);
      if (this.#received.length < end) return;
      const message = decode(this.#received);
      this.#received = this.#received.subarray(end);
      this.#handle(message);
    }
  }

  #handle(message: Message): void {
    const { replyTo, sender = '' } = message.fields;
    if (replyTo !== undefined) this.#replies.get(replyTo)?.(message);
    if (message.type === messageTypes.call) void this.#answer(message, sender);
  }

  async #answer(message: Message, sender: string): Promise<void> {
    const answer = await this.#serve(message);
    if (answer === undefined || this.#socket.destroyed) return;
    const { errorName, signature = '', values = [] } = answer;
    const fields = { destination: sender, replyTo: message.serial, signature, ...(errorName && { errorName }) };
    this.#send(errorName === undefined ? messageTypes.reply : messageTypes.error, fields, values);
  }
}
