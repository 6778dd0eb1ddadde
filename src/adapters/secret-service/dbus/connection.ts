import { createConnection, type Socket } from 'node:net';
import { authentication, busName, busObject, greetingBytes } from './auth.ts';
import { BusError, ProtocolError } from './errors.ts';
import { extent, headBytes, messageTypes } from './header.ts';
import { decode, encode, type Fields, type Message } from './message.ts';
import type { Value } from './value.ts';

/** A method call; `gives` is the signature that its reply must have. */
export interface Call {
  readonly to: Required<Pick<Fields, 'destination' | 'path' | 'interface' | 'member'>>;
  readonly signature?: string;
  readonly values?: readonly Value[];
  readonly gives: string;
}

/** What a method call gave, and whose unique name gave it. */
export interface Reply {
  readonly values: Value[];
  readonly sender: string;
}

/** Why what came is not the greeting: the bus does not want this user, or it is no bus. */
function refusalOf(line: string): Error {
  if ('REJECTED'.startsWith(line.slice(0, 8)))
    return new BusError(`${busName}.Error.AuthFailed`, 'the bus rejects this user');
  return new ProtocolError('what listens at the address of the session bus does not speak D-Bus');
}

/** A message bus as one client sees it. Calls go out at once and in order; none waits for an earlier reply. */
export class Connection {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, { gives: string; resolve(reply: Reply): void; reject(error: Error): void }>();
  readonly #watches = new Set<{ take(signal: Message): void; reject(error: Error): void }>();
  #serial = 0;
  #greeted = false;
  #answers = false;
  #received: Buffer[] = [];
  #missing = 1;
  #ended: Error | undefined;

  /** Connects to the socket at `path`; a leading NUL marks an abstract one. Nothing waits for it: calls can be made. */
  constructor(path: string) {
    const socket = createConnection({ path });
    this.#socket = socket;
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end());
    this.#send(authentication());
    this.call({ to: { ...busObject, member: 'Hello' }, gives: 's' }).then(
      () => {
        this.#answers = true;
      },
      (error) => this.end(error),
    );
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  /** Whether the bus has ever answered. */
  get answers(): boolean {
    return this.#answers;
  }

  /** The values of the reply, where its sender is of no account. */
  async call(call: Call): Promise<Value[]> {
    return (await this.ask(call)).values;
  }

  /** Rejects with a {@link BusError}, a `WireError`, or what {@link end} was given. Starts no service. */
  // Stryker disable next-line ArrayDeclaration: values without a type in the signature aren't written
  ask({ to, signature = '', values = [], gives }: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      this.#serial += 1;
      this.#waiting.set(this.#serial, { gives, resolve, reject });
      this.#send(encode(messageTypes.call, 2, this.#serial, { ...to, signature }, values));
    });
  }

  /** Waits for the first signal that `pick` makes something of. */
  signal<T>(pick: (signal: Message) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const take = (signal: Message) => {
        const picked = pick(signal);
        if (picked === undefined) return;
        this.#watches.delete(watch);
        resolve(picked);
      };
      const watch = { take, reject };
      this.#watches.add(watch);
    });
  }

  /** Sends a call that nobody waits for: a last word before {@link end}. */
  tell({ to }: Pick<Call, 'to'>): void {
    this.#serial += 1;
    // Stryker disable next-line ArrayDeclaration: values without a type in the signature aren't written
    this.#send(encode(messageTypes.call, 3, this.#serial, to, []));
  }

  /** Whether the open connection keeps the process running. */
  keepAlive(wanted: boolean): void {
    if (wanted) this.#socket.ref();
    else this.#socket.unref();
  }

  /** Closes; every call under way and every later one rejects with `error`. A second time does nothing. */
  end(error: Error = new BusError(`${busName}.Error.Disconnected`, 'the connection is closed')): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    while (this.#socket.writableCorked > 0) this.#socket.uncork();
    this.#socket.destroy();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    for (const { reject } of this.#watches) reject(error);
  }

  /** What is sent in one turn goes out in one piece. */
  #send(bytes: string | Uint8Array): void {
    this.#socket.cork();
    this.#socket.write(bytes);
    process.nextTick(() => this.#socket.uncork());
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#missing -= chunk.length;
    // Stryker disable next-line ConditionalExpression: it only saves work, since an incomplete message is kept anyway
    if (this.#missing > 0) return;
    const bytes = Buffer.concat(this.#received);
    try {
      const greeting = this.#greeted ? '' : bytes.toString('latin1', 0, greetingBytes);
      if (!'OK '.startsWith(greeting.slice(0, 3))) throw refusalOf(greeting);
      this.#greeted ||= greeting.length === greetingBytes;
      this.#missing = greetingBytes - bytes.length;
      this.#received = [this.#greeted ? this.#messages(bytes.subarray(greeting.length)) : bytes];
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** Handles every whole message; gives the bytes of one that is not. */
  #messages(bytes: Buffer): Buffer {
    for (let rest = bytes; ; ) {
      const end = rest.length < headBytes ? headBytes : extent(rest).end;
      this.#missing = end - rest.length;
      if (this.#missing > 0) return rest;
      this.#handle(decode(rest));
      rest = rest.subarray(end);
    }
  }

  #handle(message: Message): void {
    const { replyTo = 0, errorName = '', signature, sender = '' } = message.fields;
    if (message.type === messageTypes.signal) for (const watch of this.#watches) watch.take(message);
    if (message.type !== messageTypes.reply && message.type !== messageTypes.error) return;
    const call = this.#waiting.get(replyTo);
    if (message.type === messageTypes.reply) call?.resolve({ values: message.body(call.gives), sender });
    else call?.reject(new BusError(errorName, signature === 's' ? String(message.body('s')[0]) : ''));
    this.#waiting.delete(replyTo);
  }
}
