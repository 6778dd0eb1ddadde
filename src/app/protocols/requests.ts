import { isUtf8 } from 'node:buffer';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Protocol, RawRequest } from '../../domain/protocols/protocol.ts';
import type { AnsweredPrompts } from '../../ports/interaction.ts';
import type { Clock } from '../../ports/system.ts';
import type { Context } from '../context.ts';

/** What connects a protocol to the process. */
export interface ProtocolProcess {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly isTerminal: boolean;
  /** Yields stdin until its end, or throws `cancelled`. */
  readStdin(): AsyncIterable<Uint8Array>;
  writeStdout(bytes: Uint8Array): Promise<void>;
  /** Reports an error on stderr. Returns its exit code. */
  report(error: CredentialError): Promise<number>;
  /** Reads the settings. Throws if one is invalid. */
  openContext(options: { readonly interactive: boolean }): Context;
  /** Asks for a line on the terminal, with echo. `undefined` without a terminal. Ctrl-C → `cancelled`. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Does to the processes that were started together with this one what Ctrl-C does. A hidden prompt prevents that. */
  interruptCaller(): void;
  /** For a protocol that notices repeats. */
  answeredPrompts(context: Context): Promise<AnsweredPrompts>;
}

const newline = 0x0a;

/** Yields the text of each request, or why it can't be read. Nothing follows an error. */
export async function* readRequests(
  protocol: Protocol,
  process: Pick<ProtocolProcess, 'args' | 'isTerminal' | 'readStdin'>,
): AsyncGenerator<string | CredentialError, void, void> {
  try {
    switch (protocol.framing(process.args, process.isTerminal)) {
      case 'none':
        return yield '';
      case 'all':
        return yield decode(protocol, await readUntil(protocol, process.readStdin(), () => false));
      case 'paragraph':
        return yield decode(protocol, await readUntil(protocol, process.readStdin(), hasBlankLine));
      case 'lines':
        for await (const line of readLines(protocol, process.readStdin())) yield decode(protocol, line);
    }
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    yield error;
  }
}

/** `isLast`: whether the request ends with a chunk, which follows the byte `previous`. */
async function readUntil(
  protocol: Protocol,
  chunks: AsyncIterable<Uint8Array>,
  isLast: (chunk: Uint8Array, previous: number) => boolean,
): Promise<Buffer> {
  const received: Uint8Array[] = [];
  let size = 0;
  // A request begins a line.
  let previous = newline;
  for await (const chunk of chunks) {
    received.push(chunk);
    size += chunk.length;
    checkSize(protocol, size);
    if (isLast(chunk, previous)) break;
    previous = chunk.at(-1) ?? previous;
  }
  return Buffer.concat(received);
}

function hasBlankLine(chunk: Uint8Array, previous: number): boolean {
  return (chunk[0] === newline && previous === newline) || Buffer.from(chunk).includes('\n\n');
}

async function* readLines(protocol: Protocol, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, void> {
  let line: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      checkSize(protocol, size + end - start);
      yield Buffer.concat([...line, chunk.subarray(start, end)]);
      start = end + 1;
      line = [];
      size = 0;
    }
    line.push(chunk.subarray(start));
    size += chunk.length - start;
    checkSize(protocol, size);
  }
  if (size > 0) yield Buffer.concat(line);
}

function checkSize({ maxRequestBytes }: Protocol, size: number): void {
  if (size <= maxRequestBytes) return;
  throw new CredentialError('invalid-input', `the request is larger than ${maxRequestBytes} bytes`);
}

function decode(protocol: Protocol, bytes: Buffer): string {
  const text = decodeBytes(protocol, bytes);
  if (text === undefined) throw new CredentialError('invalid-input', 'the request is not UTF-8 text');
  return text;
}

/**
 * The text of bytes from stdin or of a secret, in the encoding of the protocol. A byte order mark is part of it. `undefined`: the
 * bytes aren't UTF-8.
 */
export function decodeBytes({ encoding = 'utf-8' }: Pick<Protocol, 'encoding'>, bytes: Uint8Array): string | undefined {
  return encoding === 'latin1' || isUtf8(bytes) ? Buffer.from(bytes).toString(encoding) : undefined;
}

export function encodeText({ encoding = 'utf-8' }: Pick<Protocol, 'encoding'>, text: string): Buffer {
  return Buffer.from(text, encoding);
}

/** Completes what a process knows of a request. */
export function createRequest(known: Omit<RawRequest, 'isRepeated' | 'sha256'>): RawRequest {
  return { ...known, isRepeated: false, sha256 };
}

export function sha256(text: string): string {
  // Not imported: most requests don't need it.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
