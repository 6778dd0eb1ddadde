import { createReadStream, read, statSync } from 'node:fs';
import type { Context } from '../app/context.ts';
import { isTerminal } from '../composition/environment.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';
import { isError } from '../domain/text/messages.ts';
import type { Terminal } from '../ports/interaction.ts';
import type { Cli } from './cli.ts';

/** Larger than any credential or report; a guard against a pipe that never ends. */
const maxStdinBytes = 64 * 1024 * 1024;

const stdin = 0;
const maxChunkBytes = 64 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

export interface SecretOptions {
  readonly terminal: Terminal;
  readonly prompt: string;
  readonly signal: AbortSignal;
  /** Whether a trailing newline on stdin belongs to the secret. */
  readonly raw?: boolean;
  /** Whether a secret of several lines can be pasted. */
  readonly allowLines?: boolean;
  readonly allowEmpty?: boolean;
  /** What does not happen without input, in messages. Default: `stored`. */
  readonly purpose?: string;
  /** How to pass several lines, and how to store an empty secret, if that's possible. */
  readonly hints?: { readonly lines: string; readonly empty?: string };
}

/**
 * Prompts for a secret if stdin is a terminal; otherwise reads it to the end of stdin. Unless `raw`, removes one trailing
 * newline, which `echo` adds. On Windows, that's LF or CR LF. Nothing, or only line breaks → `invalid-input`, unless
 * `allowEmpty`: a command that fails prints nothing into its pipe.
 */
export async function readSecret(options: SecretOptions): Promise<Secret> {
  const { raw = false, allowEmpty = false, hints, purpose = 'stored' } = options;
  if (isTerminal(stdin)) {
    const typed = await promptForSecret(options);
    if (typed.expose().length > 0 || allowEmpty) return typed;
    throw new CredentialError('invalid-input', `nothing was entered, so nothing was ${purpose}`, hint(hints?.empty));
  }
  const bytes = await readStdin(process.stdin, options.signal);
  const secret = new Secret(raw ? bytes : bytes.subarray(0, measureWithoutNewline(bytes)));
  if (allowEmpty || !(raw ? bytes.length === 0 : bytes.every(isLineBreak))) return secret;
  const message = `stdin is empty, so nothing was ${purpose}: the command that should write the secret may have failed`;
  throw new CredentialError('invalid-input', message, hint(hints?.empty ?? 'check the command'));
}

async function promptForSecret({ terminal, prompt, allowLines = false, hints }: SecretOptions): Promise<Secret> {
  try {
    return await terminal.askHidden(prompt, { allowLines });
  } catch (error) {
    if (!(error instanceof CredentialError) || error.code !== 'invalid-input') throw error;
    throw new CredentialError(error.code, error.message, hint(hints?.lines ?? error.hint));
  }
}

function hint(text: string | undefined): { readonly hint?: string } {
  return text === undefined ? {} : { hint: text };
}

function isLineBreak(byte: number): boolean {
  return byte === newline || byte === carriageReturn;
}

function measureWithoutNewline(bytes: Buffer): number {
  if (bytes.at(-1) !== newline) return bytes.length;
  return process.platform === 'win32' && bytes.at(-2) === carriageReturn ? bytes.length - 2 : bytes.length - 1;
}

/** Reads stdin to its end, from `process.stdin` or {@link openStdin}. Aborted (Ctrl-C) → `cancelled`. */
export async function readStdin(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
  maxBytes = maxStdinBytes,
): Promise<Buffer> {
  const received: Buffer[] = [];
  let size = 0;
  for await (const chunk of untilAborted(chunks, signal)) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new CredentialError('too-large', `the input on stdin is larger than ${maxBytes} bytes`);
    }
    received.push(chunk);
  }
  return Buffer.concat(received);
}

/** Yields the chunks until the signal is aborted, and then throws `cancelled`, even if no chunk ever arrives. */
export async function* untilAborted(
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let cancel = () => {};
  const aborted = new Promise<never>((_, reject) => {
    cancel = () => reject(new CredentialError('cancelled', 'reading from stdin was cancelled'));
  });
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  try {
    for (;;) {
      const { value, done } = await Promise.race([iterator.next(), aborted]);
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener('abort', cancel);
    // Not awaited: a read that is cancelled may never end.
    void iterator.return?.();
    if (signal.aborted) process.stdin.destroy();
  }
}

/**
 * Yields `received`, the bytes read already, and then the chunks of stdin. Reads files and pipes directly, because creating
 * `process.stdin` is slow. Only for helpers, whose caller closes the pipe: a process can't exit during a direct read.
 */
export async function* openStdin(received?: Uint8Array): AsyncGenerator<Buffer, void, void> {
  if (received !== undefined && received.length > 0) yield Buffer.from(received);
  if (isTerminal(stdin)) return yield* process.stdin;
  for (;;) {
    const chunk = await readChunk();
    if (chunk === undefined) return yield* process.stdin;
    if (chunk.length === 0) return;
    yield chunk;
  }
}

/** Empty at the end; `undefined` if a non-blocking pipe has no data yet. */
function readChunk(): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(maxChunkBytes);
  return new Promise((resolve, reject) => {
    read(stdin, buffer, 0, maxChunkBytes, null, (error, size) => {
      if (error === null) resolve(buffer.subarray(0, size));
      else if (error.code === 'EAGAIN') resolve(undefined);
      // Windows, when the writer has closed the pipe.
      else if (error.code === 'EOF') resolve(Buffer.alloc(0));
      else reject(new CredentialError('invalid-input', `cannot read stdin: ${error.message}`));
    });
  });
}

/**
 * Reads a file that the user names, or stdin for `-`. Also reads pipes, as in `<(command)`, unless `onlyFiles`.
 *
 * - unreadable, a folder, missing, or not a file → `invalid-input`
 * - larger than `maxBytes` → `too-large`
 */
export async function readInputFile(
  path: string,
  {
    maxBytes,
    onlyFiles = false,
    signal,
  }: { readonly maxBytes: number; readonly onlyFiles?: boolean; readonly signal: AbortSignal },
): Promise<Buffer> {
  let bytes: Buffer;
  try {
    if (onlyFiles && !statSync(path).isFile()) throw new Error('it is not a file');
    bytes =
      path === '-'
        ? await readStdin(process.stdin, signal, maxBytes)
        : // Never reads an endless file whole.
          await readStdin(createReadStream(path, { end: maxBytes }), signal, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (signal.aborted || error instanceof CredentialError) throw error;
    throw new CredentialError('invalid-input', `cannot read ${nameInput(path)}: ${describeReadError(error)}`, {
      hint: 'check its path and its permissions',
    });
  }
  if (bytes.length <= maxBytes) return bytes;
  throw new CredentialError('too-large', `${nameInput(path)} is larger than ${maxBytes} bytes`, {
    hint: 'check its path',
  });
}

function nameInput(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** Without the code and the system call that Node adds. */
export function describeReadError(error: unknown): string {
  return (isError(error) ? error.message : String(error)).replace(/^[A-Z]+: /, '').replace(/, \w+( '.*')?$/, '');
}

/** Decodes a file as UTF-8, without a byte order mark. Anything else → `invalid-input`. */
export function decodeInput(bytes: Uint8Array, path: string): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  try {
    if (!isUtf16) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {}
  throw new CredentialError('invalid-input', `${nameInput(path)} is ${isUtf16 ? 'in UTF-16' : 'not UTF-8 text'}`, {
    hint: 'save it as UTF-8',
  });
}

/** Returns if the user agrees. Otherwise throws: `cancelled`, or `invalid-input` if nobody can be asked. */
export async function confirm(cli: Cli, { settings, signal }: Context, question: string): Promise<void> {
  const answer = settings.interactive
    ? await cli.services.ask(`${question} Type yes to continue: `, signal)
    : undefined;
  if (answer === undefined) {
    throw new CredentialError('invalid-input', 'a confirmation is required', {
      hint: 'add --yes, or run it on a terminal',
    });
  }
  if (!/^y(es)?$/i.test(answer.trim())) throw new CredentialError('cancelled', 'cancelled; nothing was changed');
}
