import { read } from 'node:fs';
import { isTerminal } from '../composition/environment.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';
import type { Terminal } from '../ports/interaction.ts';

/** Larger than any credential or report; a guard against a pipe that never ends. */
const maxStdinBytes = 64 * 1024 * 1024;

const stdin = 0;
const maxChunkBytes = 64 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Prompts for a secret if stdin is a terminal; otherwise reads it to the end of stdin. Unless `raw`, removes one trailing
 * newline, which `echo` adds. On Windows, that's LF or CR LF.
 */
export async function readSecret(terminal: Terminal, prompt: string, { raw = false } = {}): Promise<Secret> {
  if (isTerminal(stdin)) return terminal.askHidden(prompt);
  const bytes = await readStdin(process.stdin);
  return new Secret(raw ? bytes : bytes.subarray(0, measureWithoutNewline(bytes)));
}

function measureWithoutNewline(bytes: Buffer): number {
  if (bytes.at(-1) !== newline) return bytes.length;
  return process.platform === 'win32' && bytes.at(-2) === carriageReturn ? bytes.length - 2 : bytes.length - 1;
}

/** Reads stdin to its end, from `process.stdin` or {@link openStdin}. */
export async function readStdin(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const received: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxStdinBytes) {
      throw new CredentialError('too-large', `the input on stdin is larger than ${maxStdinBytes} bytes`);
    }
    received.push(chunk);
  }
  return Buffer.concat(received);
}

/**
 * Yields the chunks of stdin. Reads files and pipes directly, because creating `process.stdin` is slow. Only for helpers,
 * whose caller closes the pipe: a process can't exit during a direct read.
 */
export async function* openStdin(): AsyncGenerator<Buffer, void, void> {
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
