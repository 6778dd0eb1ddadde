import { read } from 'node:fs';
import { isTerminal } from '../composition/environment.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';

/** Larger than any credential; a guard against a pipe that never ends. */
const maxStdinBytes = 64 * 1024 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads a secret to the end of `stdin`. Unless `raw`, removes one trailing newline, which `echo` adds. On Windows, that's
 * LF or CR LF.
 */
export async function readSecret(stdin: AsyncIterable<Buffer>, raw: boolean): Promise<Secret> {
  const bytes = await readStdin(stdin);
  return new Secret(raw ? bytes : bytes.subarray(0, measureWithoutNewline(bytes)));
}

function measureWithoutNewline(bytes: Buffer): number {
  if (bytes.at(-1) !== newline) return bytes.length;
  return process.platform === 'win32' && bytes.at(-2) === carriageReturn ? bytes.length - 2 : bytes.length - 1;
}

export async function readStdin(stdin: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    if (size > maxStdinBytes)
      throw new CredentialError('too-large', `the secret on stdin is larger than ${maxStdinBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const stdin = 0;
const maxChunkBytes = 64 * 1024;

/** Yields the chunks of stdin. Reads files and pipes directly, because creating `process.stdin` is slow. */
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
