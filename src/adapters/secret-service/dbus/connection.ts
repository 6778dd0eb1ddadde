import { createConnection, type Socket } from 'node:net';
import { timers } from '../../process/timers.ts';
import type { Handshake } from './handshake.ts';
import {
  busObject,
  type Call,
  type Extent,
  fixedHeaderBytes,
  flags,
  type Header,
  type MethodCall,
  messageTypes,
  readExtent,
  readHeader,
  writeCall,
} from './header.ts';
import { BusError, ProtocolError, Reader } from './reader.ts';
import { Writer } from './writer.ts';

export interface Signal extends Header {
  /** The values of the signal, which must be of `signature`. */
  body(signature: string): Reader;
}

interface PendingCall {
  readonly replySignature: string;
  settle(reply: Reader, sender: string): void;
  reject(error: Error): void;
}

interface Watcher {
  notify(signal: Signal): void;
  reject(error: Error): void;
}

const bufferBytes = 8192;

/** A client's connection to a message bus. Calls are sent immediately and in order, without waiting for earlier replies. */
export class Connection {
  /** Called when a reply has arrived, or a part of one. */
  onProgress: (() => void) | undefined;
  readonly #path: string;
  #socket: Socket;
  readonly #outgoing = new Writer();
  readonly #pending = new Map<number, PendingCall>();
  readonly #watchers = new Set<Watcher>();
  #serial = 0;
  #isFlushScheduled = false;
  #incoming = Buffer.allocUnsafe(bufferBytes);
  /** How much of `#incoming` has been received, and how much of that has been handled. */
  #received = 0;
  #handled = 0;
  #isAuthenticated = false;
  /** Everything sent before the bus has accepted this client: the authentication, and calls that can be sent again. */
  #unaccepted: Buffer[] | undefined = [];
  /** Whether the bus didn't accept this client in one round trip, so that another connection waits for each response. */
  #isRetried = false;
  #handshake: Handshake | undefined;
  #hasAnswered = false;
  #closeError: Error | undefined;

  /** Connects to the socket at `path`; a leading NUL marks an abstract one. Calls can be made immediately. */
  constructor(path: string) {
    this.#path = path;
    this.#socket = this.#connect();
    this.#outgoing.writeRaw(formatAuth());
    this.call({ ...busObject, member: 'Hello', replySignature: 's', read: (reply) => reply.readString() }).then(
      () => {
        this.#hasAnswered = true;
      },
      (error) => this.end(error),
    );
  }

  #connect(): Socket {
    const socket = createConnection({
      path: this.#path,
      // Without a buffer of our own, the events of a stream would take 2 % of a read.
      onread: {
        buffer: () => this.#incoming.subarray(this.#received),
        callback: (count) => {
          this.#receive(count);
          return true;
        },
      },
    });
    socket.on('error', (error) => this.#lose(error));
    socket.on('close', () => this.#lose());
    return socket;
  }

  /** A filter between client and bus may close a connection on which calls follow the authentication immediately. */
  #lose(error?: Error): void {
    const hasConnected = (error as NodeJS.ErrnoException | undefined)?.syscall !== 'connect';
    if (hasConnected && !this.#isAuthenticated && !this.#isRetried) this.#retry();
    else this.end(error);
  }

  /** Connects again, and repeats the calls when the bus has accepted this client. */
  #retry(): void {
    this.#isRetried = true;
    this.#socket.removeAllListeners().on('error', () => undefined);
    this.#socket.destroy();
    import('./handshake.ts').then(
      ({ Handshake }) => {
        if (this.#closeError !== undefined) return;
        this.#received = 0;
        this.#handshake = new Handshake();
        this.#socket = this.#connect();
        this.#socket.write(this.#handshake.first);
      },
      (error) => this.end(error),
    );
  }

  get isOpen(): boolean {
    return this.#closeError === undefined;
  }

  /** Whether the bus has accepted this client. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** Makes a call, which starts no service. Rejects with a {@link BusError}, a `ProtocolError`, or the error given to {@link end}. */
  call<T>(call: Call<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closeError !== undefined) return reject(this.#closeError);
      const settle = (reply: Reader, sender: string) => {
        const result = call.read(reply, sender);
        reply.finish();
        resolve(result);
      };
      const serial = this.#send(call, flags.noAutoStart);
      this.#pending.set(serial, { replySignature: call.replySignature, settle, reject });
    });
  }

  /** Makes a call whose reply nobody waits for. It is sent even if {@link end} follows. */
  callWithoutReply(call: MethodCall): void {
    // Stryker disable next-line ConditionalExpression: a closed socket ignores what is written
    if (this.#closeError === undefined) this.#send(call, flags.noReply | flags.noAutoStart);
  }

  /** Waits for the first signal for which `pick` returns a value. */
  waitForSignal<T>(pick: (signal: Signal) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closeError !== undefined) return reject(this.#closeError);
      const notify = (signal: Signal) => {
        const picked = pick(signal);
        if (picked === undefined) return;
        this.#watchers.delete(watcher);
        resolve(picked);
      };
      const watcher = { notify, reject };
      this.#watchers.add(watcher);
    });
  }

  /** The open connection keeps the process running: the default. */
  ref(): void {
    this.#socket.ref();
  }

  /** The open connection doesn't keep the process running. */
  unref(): void {
    this.#socket.unref();
  }

  /** Closes; every pending and every later call rejects with `error`. Does nothing the second time. */
  end(error: Error = new BusError(`${busObject.interface}.Error.Disconnected`, 'the connection is closed')): void {
    if (this.#closeError !== undefined) return;
    this.#flush();
    this.#closeError = error;
    this.#socket.destroy();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    for (const { reject } of this.#watchers) reject(error);
  }

  /** Everything that is called in one turn of the event loop is sent in one piece. */
  #send(call: MethodCall, callFlags: number): number {
    // Stryker disable next-line ConditionalExpression: the second flush has nothing to write
    if (!this.#isFlushScheduled) timers.setImmediate(() => this.#flush());
    this.#isFlushScheduled = true;
    this.#serial += 1;
    writeCall(this.#outgoing, call, this.#serial, callFlags);
    return this.#serial;
  }

  #flush(): void {
    // Stryker disable next-line ConditionalExpression: writing nothing does nothing
    if (!this.#isFlushScheduled) return;
    this.#isFlushScheduled = false;
    const bytes = this.#outgoing.take();
    this.#unaccepted?.push(bytes);
    if (!this.#isRetried || this.#isAuthenticated) this.#socket.write(bytes);
  }

  #receive(count: number): void {
    this.#received += count;
    try {
      if (!this.#isAuthenticated && !this.#readAuthResponse()) return;
      while (this.#handleMessage());
      if (this.#incoming[this.#handled + 1] === messageTypes.reply && this.#handled + 1 < this.#received)
        this.onProgress?.();
      this.#makeRoom();
    } catch (error) {
      this.end(error as Error);
    }
  }

  #readAuthResponse(): boolean {
    if (this.#handshake !== undefined) return this.#continueHandshake(this.#handshake);
    if (!'OK '.startsWith(this.#incoming.toString('latin1', 0, Math.min(this.#received, 3)))) {
      this.#retry();
      return false;
    }
    // Stryker disable next-line EqualityOperator: the first message follows
    if (this.#received < authResponseBytes) return false;
    this.#accept(authResponseBytes);
    return true;
  }

  #continueHandshake(handshake: Handshake): boolean {
    const { send, handled } = handshake.read(this.#incoming.toString('latin1', 0, this.#received));
    if (send) this.#socket.write(send);
    if (handled === undefined) return false;
    const calls = Buffer.concat(this.#unaccepted ?? []);
    this.#accept(handled);
    this.#socket.write(calls.subarray(formatAuth().length));
    return true;
  }

  #accept(responseBytes: number): void {
    this.#handled = responseBytes;
    this.#isAuthenticated = true;
    this.#unaccepted = undefined;
  }

  /** Handles the next message if all of it has been received. */
  #handleMessage(): boolean {
    const extent = this.#nextExtent();
    if (extent === undefined || this.#handled + extent.end > this.#received) return false;
    const bytes = this.#incoming.subarray(this.#handled, this.#handled + extent.end);
    this.#handled += extent.end;
    const header = readHeader(bytes, extent);
    const body = (signature: string) => {
      if (signature !== header.signature) throw new ProtocolError(`expected "${signature}", got "${header.signature}"`);
      return new Reader(bytes.subarray(extent.bodyStart), extent.isLittleEndian);
    };
    if (header.type === messageTypes.signal) for (const watcher of this.#watchers) watcher.notify({ ...header, body });
    else if (header.type === messageTypes.reply || header.type === messageTypes.error) this.#settle(header, body);
    return true;
  }

  #settle({ type, replyTo, errorName, sender, signature }: Header, body: (signature: string) => Reader): void {
    const call = this.#pending.get(replyTo);
    if (call === undefined) return;
    this.onProgress?.();
    if (type === messageTypes.reply) call.settle(body(call.replySignature), sender);
    else call.reject(new BusError(errorName, signature === 's' ? body('s').readString() : ''));
    this.#pending.delete(replyTo);
  }

  /** The extent of the next message, once its first bytes have been received. */
  #nextExtent(): Extent | undefined {
    if (this.#received - this.#handled < fixedHeaderBytes) return undefined;
    return readExtent(this.#incoming.subarray(this.#handled));
  }

  /** Keeps room for the rest of the next message. Nothing refers to the bytes of those that were handled. */
  #makeRoom(): void {
    // Stryker disable next-line ConditionalExpression,BlockStatement: it only saves copies and memory
    if (this.#handled === this.#received) {
      // Stryker disable next-line ConditionalExpression,EqualityOperator: it only saves memory
      if (this.#incoming.length > bufferBytes) this.#incoming = Buffer.allocUnsafe(bufferBytes);
      [this.#handled, this.#received] = [0, 0];
      return;
    }
    const needed = this.#nextExtent()?.end ?? fixedHeaderBytes;
    // Stryker disable next-line ConditionalExpression,EqualityOperator: it only saves a copy
    if (this.#handled + needed <= this.#incoming.length) return;
    const rest = this.#incoming.subarray(this.#handled, this.#received);
    const roomy = Buffer.allocUnsafe(Math.max(needed, bufferBytes));
    rest.copy(roomy);
    this.#incoming = roomy;
    [this.#handled, this.#received] = [0, rest.length];
  }
}

/** The bytes of the bus's response: `OK`, a space, 32 hexadecimal digits, CR and LF. */
const authResponseBytes = 37;

/** Authenticates as this process's user. D-Bus specification, "Authentication Protocol": EXTERNAL, without a round trip. */
function formatAuth(): string {
  // Stryker disable next-line OptionalChaining: no system with a session bus lacks it
  return `\0AUTH EXTERNAL ${Buffer.from(`${process.getuid?.()}`).toString('hex')}\r\nBEGIN\r\n`;
}
